import numpy as np
import pytest

from emoaff.data.thinning import thinned_frames
from emoaff.data.window_votes import sample_windows
from emoaff.data.window_votes import spread_windows_to_frames
from emoaff.prediction.memory_cell import Cell
from emoaff.prediction.window_memory import WindowMemory
from tests.prediction.faces_on_air import answers
from tests.prediction.faces_on_air import filled


def scripted(percents, window=10, stride=5, classes=7, top=1):
    """A memory whose windows answer with these numbers, one after another."""
    left = list(percents)

    def answer(features):
        rows = np.zeros((len(features), classes))
        for row in rows:
            row[top] = left.pop(0)
        return {"expression": rows}

    return WindowMemory(answer, window, stride)


# As shown in the animated pictures of the original repository: see
# tests/data/test_window_votes.py. Here they go through the memory of a person.
@pytest.mark.parametrize(
    ("percents", "count", "rate", "shown"),
    [
        (
            [85.99, 82.43, 86.15, 86.73],
            118,
            30,
            [(1, 30, 85.99), (31, 55, 84.21), (56, 60, 82.43)]
            + [(61, 85, 84.29), (86, 90, 86.15), (91, 115, 86.44)]
            + [(116, 118, 86.73)],
        ),
        (
            [40.63, 82.65, 75.45, 46.80, 0.0],
            131,
            30,
            [(1, 30, 40.63), (31, 55, 61.64), (56, 60, 82.65)]
            + [(61, 85, 79.05), (86, 90, 75.45), (91, 115, 61.12)]
            + [(116, 120, 46.80), (128, 131, 0.0)],
        ),
        (
            [93.14, 94.88, 96.29, 96.44],
            119,
            30,
            [(1, 30, 93.14), (31, 55, 94.01), (56, 60, 94.88)]
            + [(61, 85, 95.59), (86, 90, 96.29), (91, 115, 96.37)]
            + [(116, 119, 96.44)],
        ),
        (
            [43.52, 45.80, 61.91],
            87,
            30,
            [(1, 30, 43.52), (31, 55, 44.66), (56, 60, 45.80)]
            + [(61, 85, 53.85), (86, 87, 61.91)],
        ),
        (
            [29.64, 34.89, 32.60, 35.71, 40.84],
            252,
            60,
            [(1, 60, 29.64), (61, 109, 32.27), (110, 120, 34.89)]
            + [(121, 169, 33.75), (170, 180, 32.60), (181, 229, 34.16)]
            + [(230, 240, 35.71), (242, 252, 40.84)],
        ),
    ],
)
def test_frames_of_the_original_system(percents, count, rate, shown):
    samples = thinned_frames(count, rate)
    got = answers(filled(scripted(percents), samples, count))
    for first, last, percent in shown:
        np.testing.assert_allclose(
            got[first - 1 : last, 1], percent, atol=0.0101
        )


@pytest.mark.parametrize("rule", ["script", "notebook"])
@pytest.mark.parametrize("count", [1, 4, 5, 6, 9, 10, 11, 15, 16, 37])
@pytest.mark.parametrize(("window", "stride"), [(10, 5), (10, 3), (4, 2)])
def test_cells_are_those_of_all_windows_at_once(count, rule, window, stride):
    rng = np.random.default_rng(count)
    samples = np.cumsum(rng.integers(1, 7, count)) - 1
    video = int(samples[-1]) + 4

    def answer(features):  # anything that depends on all of the window
        weights = np.arange(1, window + 1)[:, None]
        x = (features * weights).sum(axis=1)
        return {"expression": np.concatenate([np.sin(x), np.cos(x)], axis=1)}

    heard = []
    memory = WindowMemory(answer, window, stride, rule, heard.append)
    got = answers(filled(memory, samples, video))
    windows = sample_windows(count, window, stride, rule)
    said = answer(windows[..., None].astype(np.float32))["expression"]
    expected = spread_windows_to_frames(windows, samples, said, video)
    np.testing.assert_allclose(got, expected, atol=1e-6)
    np.testing.assert_allclose(
        np.stack([each["expression"] for each in heard]), said
    )


def test_a_cell_is_filled_as_soon_as_no_window_can_change_it():
    memory = scripted(np.linspace(0, 1, 200))
    cells = [Cell(index) for index in range(1000)]
    for i, cell in enumerate(cells):
        memory.add(cell, np.float32([i]) if i % 5 == 0 else None)
        # A window of ten samples is 50 frames, and five begin the next.
        waiting = sum(c.values is None for c in cells[: i + 1])
        assert waiting <= 50
    assert len(memory._cells) <= 50 and len(memory._features) <= 10
    assert len(memory._votes) <= 3


def test_between_windows_that_do_not_touch_the_one_before_speaks():
    got = answers(filled(scripted([0.2, 0.6], 2, 2), [0, 3, 6, 9], 12))
    np.testing.assert_allclose(got[:6, 1], 0.2)
    np.testing.assert_allclose(got[6:, 1], 0.6)


def test_frames_without_a_sample_stay_without_an_answer():
    cells = filled(scripted([0.5]), [3], 6)
    assert [bool(cell.values) for cell in cells] == [False] * 3 + [True] * 3
    cells = filled(scripted([]), [], 4)
    assert [cell.values for cell in cells] == [{}] * 4


@pytest.mark.parametrize("stride", [0, 11])
def test_a_stride_out_of_range_is_refused(stride):
    with pytest.raises(ValueError, match="Expected stride in 1 to 10"):
        WindowMemory(None, 10, stride)
