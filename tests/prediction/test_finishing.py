import numpy as np
import pytest

from emoaff import labels
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
