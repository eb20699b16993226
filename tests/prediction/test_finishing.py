import numpy as np
import pytest

from emoaff import labels
from emoaff.prediction.finishing import CausalSmoother
from emoaff.prediction.finishing import CentredSmoother
from emoaff.prediction.finishing import Finishing
from emoaff.prediction.options import Options
from emoaff.prediction.row import Row

FERPLUS = labels.get("ferplus")
HAPPY = np.float32([0.1, 0.8, 0.1, 0, 0, 0, 0, 0])


class Preset:
    """What `Finishing` asks of a preset."""

    name = "mine"

    def __init__(self, space=FERPLUS, dimensions=()):
        self.labels = space
        self.dimensions = list(dimensions)
        self.config = {"outputs": {}}
        if dimensions:
            self.config["outputs"]["affect"] = {
                "kind": "dimensional",
                "names": list(dimensions),
            }


def rows(count=30, probabilities=HAPPY, **more):
    return [
        Row(n, n / 10, 1, probabilities=probabilities, **more)
        for n in range(count)
    ]


def test_valence_is_derived_and_says_so():
    finishing = Finishing(Preset(), Options(valence="derived"))
    got = list(finishing([Row(0, 0.0), *rows()]))
    # 0.8 of happiness and 0.1 of surprise.
    assert got[5].valence == pytest.approx(0.8 * 0.76 + 0.1 * 0.40)
    assert got[5].valence_source == "derived"
    assert np.isnan(got[5].arousal)
    assert np.isnan(got[0].valence) and got[0].valence_source == ""
    said = finishing.describe()
    assert said["valence_source"] == "derived"
    assert said["derived_valence"]["pleasure"]["happiness"] == 0.76


def test_by_default_no_valence_is_made_up():
    (got,) = Finishing(Preset(), Options())(rows(1))
    assert np.isnan(got.valence) and got.valence_source == ""


def test_a_taught_valence_is_the_model_s():
    preset = Preset(None, ("valence", "arousal"))
    given = rows(1, None, valence=0.3)
    (got,) = Finishing(preset, Options())(given)
    assert (got.valence, got.valence_source) == (0.3, "model")


@pytest.mark.parametrize(
    ("preset", "message"),
    [
        (Preset(dimensions=("valence",)), "taught valence"),
        (Preset(None), "which has none"),
    ],
)
def test_valence_that_cannot_or_need_not_be_derived_is_refused(preset, message):
    with pytest.raises(ValueError, match=message):
        Finishing(preset, Options(valence="derived"))


@pytest.mark.parametrize("live", [False, True])
def test_the_resting_face_goes_before_smoothing(live):
    resting = np.float32([0.2, 0.8, 0, 0, 0, 0, 0, 0])
    given = rows(10, resting) + [
        row.changed(frame=row.frame + 10, time_s=row.time_s + 1)
        for row in rows(20, resting)
    ]
    finishing = Finishing(Preset(), Options(baseline=1.0, live=live))
    got = list(finishing(given))
    assert all(row.doubt == "resting" for row in got[:10])
    # Had it been smoothed before, no neutral face would be smooth.
    assert all(row.smoothed[0] == pytest.approx(1) for row in got[10:])
    assert finishing.describe()["baseline"]["seconds"] == 1.0


def test_a_file_s_resting_face_is_asked_for_once():
    asked = []

    def resting(path):
        asked.append(path)
        return rows(3)

    finishing = Finishing(Preset(), Options(baseline="me.mp4"), resting)
    got = list(finishing(rows(4)))
    assert asked == ["me.mp4"]
    assert all(row.probabilities[0] == pytest.approx(1) for row in got)


def test_doubt_is_said_unless_every_row_shall_answer():
    unclear = rows(3, np.full(8, 1 / 8, np.float32))
    doubted = list(Finishing(Preset(), Options())(unclear))
    assert all(row.doubt == "unsure" for row in doubted)
    assert all(row.smoothed is None for row in doubted)
    kept = list(Finishing(Preset(), Options(doubt=False))(unclear))
    assert all(row.doubt == "" for row in kept)
    assert all(row.smoothed is not None for row in kept)


def test_live_rows_are_given_at_once():
    given = iter(rows(3))
    finishing = Finishing(
        Preset(), Options(live=True, baseline=0.15, valence="derived")
    )
    finished = finishing(given)
    assert next(finished).frame == 0
    assert next(given).frame == 1


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
