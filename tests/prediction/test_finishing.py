import os

import numpy as np
import pytest

from emoaff import labels
from emoaff.prediction.finishing import Finishing
from emoaff.prediction.finishing import link_rows
from emoaff.prediction.options import Options
from emoaff.prediction.row import Row
from emoaff.presets import Preset
from emoaff.presets import class_prior
from tests.small_presets import classes

FERPLUS = labels.get("ferplus")
HAPPY = np.float32([0.1, 0.8, 0.1, 0, 0, 0, 0, 0])


TRAINED = [0.4, 0.3, 0.1, 0.1, 0.05, 0.02, 0.02, 0.01]


def preset(space=FERPLUS, dimensions=(), trained=None):
    """A preset without a model; `Finishing` asks for none."""
    outputs = {}
    if space:
        outputs = classes("ferplus")
        if trained:
            outputs["expression"]["class_prior"] = trained
    if dimensions:
        outputs["affect"] = {
            "kind": "dimensional",
            "names": list(dimensions),
        }
    return Preset("mine", None, {"outputs": outputs}, None, space)


def rows(count=30, probabilities=HAPPY, **more):
    return [
        Row(n, n / 10, 1, probabilities=probabilities, **more)
        for n in range(count)
    ]


def test_affect_is_derived_and_says_so():
    finishing = Finishing(preset(), Options(affect="derived"))
    got = list(finishing([Row(0, 0.0), *rows()]))
    # 0.8 of happiness and 0.1 of surprise.
    assert got[5].valence == pytest.approx(0.8 * 0.76 + 0.1 * 0.40)
    assert got[5].arousal == pytest.approx(0.8 * 0.48 + 0.1 * 0.67)
    assert got[5].valence_source == got[5].arousal_source == "derived"
    assert np.isnan(got[0].valence) and got[0].valence_source == ""
    said = finishing.describe()
    assert said["valence_source"] == said["arousal_source"] == "derived"
    assert said["derived_affect"]["pleasure"]["happiness"] == 0.76
    assert said["derived_affect"]["arousal"]["happiness"] == 0.48


def test_affect_of_a_resting_face_without_the_training_s_shares_is_0():
    resting = np.float32([0.2, 0.8, 0, 0, 0, 0, 0, 0])
    finishing = Finishing(
        preset(trained=TRAINED), Options(affect="derived", baseline=0.35)
    )
    got = list(finishing(rows(10, resting)))
    assert np.isnan(got[0].valence) and got[0].valence_source == ""
    # What it shows at rest is neutral, whatever neutral's share was.
    assert got[-1].valence == pytest.approx(0, abs=1e-6)
    assert got[-1].arousal == pytest.approx(0, abs=1e-6)


def test_doubt_and_smoothing_follow_the_prior():
    # .45 of neutral is unsure as trained; taken out it is contempt.
    row = np.float32([0.45, 0.2, 0.05, 0.05, 0.05, 0, 0, 0.2])
    trained = preset(trained=TRAINED)
    even = trained.with_prior("uniform")
    shown = class_prior.reweigh(row, trained.answered_prior, even.prior)
    # 1.125, 2/3, .5, .5, 1, 0, 0 and 20, of 23.79
    assert shown[7] == pytest.approx(20 / (1.125 + 2 / 3 + 2 + 20), rel=1e-5)
    (doubted,) = Finishing(trained, Options())(rows(1, row))
    assert doubted.doubt == "unsure" and doubted.smoothed is None
    (sure,) = Finishing(even, Options())(rows(1, shown))
    assert sure.doubt == "" and sure.smoothed.argmax() == 7


def test_by_default_no_valence_is_made_up():
    (got,) = Finishing(preset(), Options())(rows(1))
    assert np.isnan(got.valence) and got.valence_source == ""
    assert np.isnan(got.arousal) and got.arousal_source == ""


def test_a_taught_valence_is_the_model_s():
    given = rows(1, None, valence=0.3, valence_source="model")
    finishing = Finishing(preset(None, ("valence", "arousal")), Options())
    (got,) = finishing(given)
    assert (got.valence, got.valence_source) == (0.3, "model")
    assert np.isnan(got.arousal) and got.arousal_source == ""
    assert finishing.describe()["arousal_source"] == "model"


def test_a_taught_valence_at_rest_is_nobody_s():
    given = rows(4, None, valence=0.3, valence_source="model")
    dimensional = preset(None, ("valence", "arousal"))
    got = list(Finishing(dimensional, Options(baseline=0.15))(given))
    assert [row.valence_source for row in got] == ["", "", "model", "model"]
    assert np.isnan(got[1].valence)
    assert got[2].valence == pytest.approx(0)


@pytest.mark.parametrize("live", [False, True])
def test_the_resting_face_goes_before_smoothing(live):
    resting = np.float32([0.2, 0.8, 0, 0, 0, 0, 0, 0])
    given = rows(10, resting) + [
        row.changed(frame=row.frame + 10, time_s=row.time_s + 1)
        for row in rows(20, resting)
    ]
    finishing = Finishing(preset(), Options(baseline=1.0, live=live))
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

    finishing = Finishing(preset(), Options(baseline="me.mp4"), resting)
    got = list(finishing(rows(4)))
    assert asked == ["me.mp4"]
    assert all(row.probabilities[0] == pytest.approx(1) for row in got)


def test_doubt_is_said_unless_every_row_shall_answer():
    unclear = rows(3, np.full(8, 1 / 8, np.float32))
    doubted = list(Finishing(preset(), Options())(unclear))
    assert all(row.doubt == "unsure" for row in doubted)
    assert all(row.smoothed is None for row in doubted)
    kept = list(Finishing(preset(), Options(doubt=False))(unclear))
    assert all(row.doubt == "" for row in kept)
    assert all(row.smoothed is not None for row in kept)


def test_live_rows_are_given_at_once():
    given = iter(rows(3))
    finishing = Finishing(
        preset(), Options(live=True, baseline=0.15, affect="derived")
    )
    finished = finishing(given)
    assert next(finished).frame == 0
    assert next(given).frame == 1


def make_row(frame, person=None, score=0.9):
    return Row(frame, frame / 10, person, face_score=score)


def link(rows, links):
    return [(row.frame, row.person) for row in link_rows(rows, lambda: links)]


def test_people_are_numbered_anew_by_their_first_row():
    rows = [
        make_row(0, 2),
        make_row(1, 3),
        make_row(2),
        make_row(3, 5),
        make_row(3, 6),
    ]
    assert link(rows, {5: 3}) == [(0, 1), (1, 2), (2, None), (3, 2), (3, 3)]


def test_rows_of_a_frame_stay_in_the_order_of_people():
    rows = [make_row(0, 1), make_row(0, 2), make_row(1, 3), make_row(1, 4)]
    # Person 4 was 1 all along, and 3 was 2.
    assert link(rows, {3: 2, 4: 1}) == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_a_person_with_two_faces_in_a_frame_keeps_the_better():
    rows = [make_row(0, 1), make_row(1, 1, 0.7), make_row(1, 2, 0.8)]
    kept = list(link_rows(rows, lambda: {2: 1}))
    assert [(row.person, row.face_score) for row in kept] == [
        *((1, 0.9), (1, 0.8))
    ]


def test_without_links_rows_are_what_they_were(tmp_path):
    rows = [
        Row(0, 0.0, 7, (1.0, 2.0, 3.0, 4.0), 0.9, np.float32([0.1, 0.9])),
        Row(1, 0.1),
    ]
    asked = []

    def get_links():
        asked.append(len(read))
        return {}

    read = []

    def give():
        for row in rows:
            read.append(row)
            yield row

    first, second = link_rows(give(), get_links, tmp_path)
    assert asked == [2]  # not before all rows were read
    assert first.person == 7 and first.box == rows[0].box
    np.testing.assert_array_equal(first.probabilities, rows[0].probabilities)
    assert second.person is None
    assert os.listdir(tmp_path) == []
