import numpy as np
import pytest

from emoaff.prediction.row import Row
from emoaff.prediction.smoothing import CausalSmoother
from emoaff.prediction.smoothing import CentredSmoother


def scene(seed=0, frames=60):
    """Two people at an uneven frame rate; the second is away for a while."""
    rng = np.random.default_rng(seed)
    rows, time_s = [], 0.0
    for frame in range(frames):
        here = [1] if 20 <= frame < 40 else [1, 2]
        if frame == 50:
            rows.append(Row(frame, time_s))
            here = []
        for person in here:
            p = np.float32(rng.dirichlet(np.ones(4)))
            rows.append(Row(frame, time_s, person, probabilities=p))
        time_s += rng.uniform(0.01, 0.07)
    return rows


def centred_by_definition(rows, width_s):
    """Looks at every pair of rows: not the route the stream takes."""
    means = []
    for row in rows:
        near = [
            np.float64(other.probabilities)
            for other in rows
            if other.person == row.person
            and abs(other.time_s - row.time_s) <= width_s / 2 + 1e-9
        ]
        means.append(None if row.person is None else np.mean(near, axis=0))
    return means


@pytest.mark.parametrize("width_s", [0.0, 0.3, 1.0])
def test_centred_is_the_mean_of_the_persons_rows_around_it(width_s):
    rows = scene()
    got = list(CentredSmoother(width_s)(rows))
    expected = centred_by_definition(rows, width_s)
    assert [(r.frame, r.person) for r in got] == [
        (r.frame, r.person) for r in rows
    ]
    for row, mean in zip(got, expected, strict=True):
        if mean is None:
            assert row.smoothed is None
        else:
            np.testing.assert_allclose(row.smoothed, mean, atol=1e-6)


def test_centred_holds_back_no_more_than_half_its_width():
    read = []

    def rows():
        for frame in range(100):
            read.append(frame)
            p = np.float32([0.5, 0.5])
            yield Row(frame, frame / 10, 1, probabilities=p)

    stream = CentredSmoother(1.0)(rows())
    for _ in range(30):
        row = next(stream)
        assert len(read) - row.frame <= 7


def test_causal_golden():
    # Rows 0.3 s apart at a constant of 0.3 s: weights 1 and 1/e.
    rows = [
        Row(i, 0.3 * i, 1, probabilities=np.float64([1.0 - i, i]))
        for i in range(2)
    ]
    first, second = CausalSmoother(0.3)(rows)
    np.testing.assert_allclose(first.smoothed, [1.0, 0.0])
    share = np.exp(-1) / (1 + np.exp(-1))
    np.testing.assert_allclose(second.smoothed, [share, 1 - share])


def test_causal_rows_come_at_once_and_ignore_what_follows():
    rows = scene()
    whole = list(CausalSmoother()(rows))
    cut = list(CausalSmoother()(rows[:40]))
    for a, b in zip(whole, cut, strict=False):
        np.testing.assert_array_equal(a.smoothed, b.smoothed)
    stream = CausalSmoother()(iter(rows))
    assert next(stream).frame == rows[0].frame


def test_causal_starts_anew_after_an_absence():
    rows = [
        Row(0, 0.0, 1, probabilities=np.float32([1, 0])),
        Row(1, 1.6, 1, probabilities=np.float32([0, 1])),
    ]
    *_, last = CausalSmoother(0.3)(rows)
    np.testing.assert_array_equal(last.smoothed, [0, 1])


def test_headers_name_method_and_width():
    assert CentredSmoother(0.8).describe()["width_s"] == 0.8
    assert CausalSmoother(0.2).describe()["time_constant_s"] == 0.2
