import numpy as np
import pytest

from emoaff.data.window_votes import average_overlaps
from emoaff.prediction.average_memory import AverageMemory
from emoaff.prediction.memory_cell import Cell
from tests.prediction.faces_on_air import answers
from tests.prediction.faces_on_air import filled


def answer_from_past(features):
    """A causal answer to each frame that depends on the frames before it."""
    x = np.cumsum(features, axis=1) / 10
    return {"expression": np.concatenate([np.sin(x), np.cos(x)], axis=-1)}


def rows_of(count, window, stride):
    """Windows by hand: as few as reach every sample, the last filled up."""
    rows, start = [], 0
    while True:
        rows.append(np.minimum(np.arange(start, start + window), count - 1))
        if start + window >= count:
            return np.stack(rows)
        start += stride


@pytest.mark.parametrize(("window", "stride"), [(6, 3), (6, 6), (5, 2), (1, 1)])
@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 12, 13, 30])
def test_samples_have_the_mean_of_their_windows(count, window, stride):
    memory = AverageMemory(answer_from_past, window, stride)
    samples = np.arange(count) * 3
    got = answers(filled(memory, samples, 3 * count))
    rows = rows_of(count, window, stride)
    said = answer_from_past(rows[..., None].astype(np.float32))["expression"]
    expected = average_overlaps(rows, said, count)
    # A frame that is no sample holds the answer of the sample before.
    np.testing.assert_allclose(got, np.repeat(expected, 3, axis=0), atol=1e-6)


def test_no_more_than_a_window_is_held():
    memory = AverageMemory(answer_from_past, 8, 4)
    cells = [Cell(index) for index in range(400)]
    for i, cell in enumerate(cells):
        memory.add(cell, np.float32([i]))
        assert sum(c.values is None for c in cells[: i + 1]) <= 9
    assert len(memory._features) <= 8 and len(memory._said) <= 3


def test_every_sample_is_heard_once():
    heard = []
    memory = AverageMemory(answer_from_past, 6, 3, heard.append)
    got = answers(filled(memory, range(17), 17))
    np.testing.assert_array_equal([h["expression"] for h in heard], got)


def test_frames_before_the_first_sample_have_no_answer():
    cells = filled(AverageMemory(answer_from_past, 6, 3), [2, 3], 5)
    assert [bool(c.values) for c in cells] == [False, False, True, True, True]


@pytest.mark.parametrize("stride", [0, 7])
def test_a_stride_out_of_range_is_refused(stride):
    with pytest.raises(ValueError, match="Expected stride in 1 to 6"):
        AverageMemory(answer_from_past, 6, stride)
