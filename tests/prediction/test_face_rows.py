import types

import numpy as np
import pytest

import emoaff
from emoaff.faces import Frame
from emoaff.faces.track import Face
from emoaff.prediction.face_rows import choose_faces
from emoaff.prediction.face_rows import cut_faces
from emoaff.prediction.face_rows import make_row
from emoaff.prediction.face_rows import observe
from emoaff.prediction.face_rows import still_rows
from emoaff.prediction.options import Options
from tests.prediction.faces_on_air import Finder
from tests.prediction.faces_on_air import face
from tests.prediction.faces_on_air import frame

SMALL, LARGE = (0.0, 0.0, 2.0, 2.0), (3.0, 3.0, 4.0, 4.0)


def run(found, samples, count=12, **options):
    finder = Finder(found)
    seen = observe(
        (frame(i) for i in range(count)),
        Options(**options),
        finder,
        samples=samples,
    )
    return finder, [faces for _, faces in seen]


def every_third(frame):
    return frame.index % 3 == 0


@pytest.mark.parametrize(
    ("faces", "score"),
    [("largest", 0.8), ("best", 0.99), ("lowest", 0.75)],
)
def test_which_face_is_taken(faces, score):
    three = [face(1, 0.99, SMALL), face(2, 0.8, LARGE), face(3, 0.75, SMALL)]
    (taken,) = choose_faces(three, Options(faces=faces))
    assert taken.score == score


def test_a_face_must_have_more_than_the_least_score():
    faces = [face(1, 0.7), face(2, 0.71)]
    assert choose_faces(faces, Options(min_score=0.7)) == faces[1:]
    assert choose_faces(faces, Options()) == faces


def test_without_a_face_there_is_none():
    assert choose_faces([], Options(faces="lowest")) == []


def test_the_detector_runs_on_samples_and_the_box_stands_still_between():
    finder, faces = run(
        lambda i: [((i, 0.0, 3.0, 3.0), 0.9)],
        every_third,
        detection="sampled",
        faces="best",
    )
    assert finder.looked == [0, 3, 6, 9]
    assert [f[0].box[0] for f in faces] == [i - i % 3 for i in range(12)]
    assert [f[0].detected for f in faces] == [i % 3 == 0 for i in range(12)]


def test_with_every_the_box_is_new_in_every_frame_and_samples_stay_the_same():
    finder, faces = run(
        lambda i: [((i, 0.0, 3.0, 3.0), 0.9)],
        every_third,
        detection="every",
        faces="best",
    )
    assert finder.looked == [*range(12)]
    assert [f[0].box[0] for f in faces] == [*range(12)]
    assert [f[0].detected for f in faces] == [i % 3 == 0 for i in range(12)]


def test_nobody_is_held_before_the_first_face_or_for_longer_than_the_gap():
    # 25 frames a second; lost at the sample 30, held until 30 + 25.
    _, faces = run(
        lambda i: [(LARGE, 0.9)] if 6 <= i < 30 else [],
        every_third,
        count=90,
        detection="sampled",
        faces="best",
    )
    assert [bool(f) for f in faces] == [6 <= i <= 55 for i in range(90)]


def test_a_model_of_pictures_holds_nothing():
    _, faces = run(
        lambda i: [(LARGE, 0.9)] if i % 2 else [],
        None,
        detection="sampled",
        faces="best",
    )
    assert [bool(f) for f in faces] == [bool(i % 2) for i in range(12)]


def test_each_face_gets_the_answer_for_its_own_crop():
    # A model that answers with the brightness of the crop.
    preset = types.SimpleNamespace(
        predict=lambda crops: {
            "expression": np.float32([[c.max()] for c in crops])
        },
    )

    def observed():
        for i in range(100):
            faces = [
                Face(person, (person, 0, 1, 1), 1.0, True)
                for person in range(1, 1 + i % 4)
            ]
            yield Frame(i, i / 10, np.full((2, 2, 3), 2 * i, np.uint8)), faces

    def crop(frame, box):
        return frame.image[:1, :1] + np.uint8(box[0])

    rows = list(still_rows(cut_faces(observed(), crop), preset))
    assert [(r.frame, r.person) for r in rows] == [
        (i, person)
        for i in range(100)
        for person in (range(1, 1 + i % 4) if i % 4 else [None])
    ]
    for row in rows:
        if row.person:
            assert row.probabilities[0] == 2 * row.frame + row.person


def test_memory_does_not_grow_with_the_video():
    preset = emoaff.load_preset("compact_ferplus", "auto")
    # The pictures themselves must be gone before many more are read.
    alive = []

    class Picture(np.ndarray):
        def __del__(self):
            alive.remove(id(self.base))

    def observed():
        for i in range(500):
            base = np.zeros((4, 4, 3), np.uint8)
            alive.append(id(base))
            image = base.view(Picture)
            assert len(alive) < 10
            yield Frame(i, i / 25, image), []
            del image

    cut = cut_faces(observed(), preset.crop)
    assert sum(1 for _ in still_rows(cut, preset)) == 500


def test_a_row_has_what_the_model_says_and_where_it_is_from():
    probabilities = np.float32([0.25, 0.75])
    seen = Face(2, (1.0, 2.0, 3.0, 4.0), 0.9, True, doubt="small")
    values = {"expression": probabilities, "valence": np.float32(0.5)}
    row = make_row(7, 0.28, seen, {**values, "arousal": np.float32("nan")})
    assert (row.frame, row.time_s, row.person) == (7, 0.28, 2)
    assert (row.box, row.face_score) == ((1.0, 2.0, 3.0, 4.0), 0.9)
    assert row.probabilities is probabilities and row.smoothed is None
    assert (row.valence, row.valence_source) == (0.5, "model")
    assert np.isnan(row.arousal) and row.arousal_source == ""
    assert row.doubt == "small"


def test_a_face_without_an_answer_has_a_row_without_one():
    row = make_row(7, 0.28, face(3), {})
    assert row.person == 3 and row.probabilities is None
    assert np.isnan(row.valence) and row.valence_source == ""
    assert np.isnan(row.arousal) and row.arousal_source == ""
