import numpy as np
import pytest

from emoaff.faces import Video
from emoaff.faces import describe_faces
from emoaff.faces.face_embedder import Glimpse
from emoaff.faces.face_embedder import compute_mean
from emoaff.faces.people import People
from tests.faces.scene import Person
from tests.faces.scene import Scene

BOX = np.array([100.0, 100, 150, 150])


def vector(*numbers):
    row = np.zeros(8, "float32")
    row[: len(numbers)] = numbers
    return row / np.linalg.norm(row)


def face(row, time_s=0.0, shot=1, box=BOX):
    return row, time_s, shot, box


@pytest.fixture
def people():
    """Two who are gone: 1 is along the first axis, 2 along the second."""
    people = People(same=0.8, near=0.6)
    rows = [vector(1), vector(0, 1)]
    assert people.name([face(row) for row in rows], [set(), set()]) == [1, 2]
    return people


def name(people, row, present=(), **where):
    (number,) = people.name([face(row, **where)], [set(present)])
    return number


def test_who_looks_alike_is_known_again(people):
    assert name(people, vector(0.1, 0.9), time_s=60, shot=9) == 2


def test_who_looks_like_nobody_is_new(people):
    # cos 45 degrees is 0.71 with each of them.
    assert name(people, vector(1, 1), time_s=60) == 3


def test_who_is_in_the_picture_is_not_meant(people):
    assert name(people, vector(1), present={1}, time_s=60) == 3


def test_who_looks_like_two_people_is_new():
    people = People(same=0.8, near=0.6)
    rows = [vector(1, 0.2), vector(1, -0.2)]
    people.name([face(row) for row in rows], [set(), set()])
    # And not the other one either because the likeliest is present.
    assert name(people, vector(1, 0.2), present={1}, time_s=60) == 3
    assert name(people, vector(1, 0.02), time_s=60) == 4


@pytest.mark.parametrize(
    ("moved", "time_s", "shot", "expected"),
    [
        (0, 1.0, 1, 1),
        (50, 1.0, 1, 1),  # a quarter of the way: 0.65 is enough
        (100, 1.0, 1, 3),  # half of the way: 0.7 is not
        (0, 3.0, 1, 3),  # too late
        (0, 1.0, 2, 3),  # another shot
    ],
)
def test_less_is_asked_near_the_old_place(
    people, moved, time_s, shot, expected
):
    row = vector(0.68, 0, np.sqrt(1 - 0.68**2))  # 0.68 with the first
    box = BOX + [moved, 0, moved, 0]
    got = name(people, row, time_s=time_s, shot=shot, box=box)
    assert got == expected


def test_several_are_matched_at_once(people):
    # Both are nearest to 2; the second is much nearer, the first is then new.
    rows = [face(vector(0.3, 1), 60), face(vector(0, 1), 60)]
    assert people.name(rows, [set(), set()]) == [3, 2]


def test_the_first_look_is_never_forgotten(people):
    rng = np.random.default_rng(0)
    for time_s in range(100):
        people.learn(1, *face(vector(*rng.normal(size=8)), time_s))
    assert len(people._vectors[1]) == 10
    assert name(people, vector(1), time_s=999) == 1


def test_in_a_crowd_who_is_unseen_for_longest_is_forgotten(monkeypatch):
    monkeypatch.setattr("emoaff.faces.people._PEOPLE", 20)
    people = People(same=0.8, near=0.6)
    rows = np.eye(30, dtype="float32")
    for time_s, row in enumerate(rows):
        assert name(people, row, time_s=time_s) == time_s + 1
    assert len(people._vectors) == 20
    assert name(people, rows[25], time_s=99) == 26
    assert name(people, rows[0], time_s=99) == 31


class Embedder:
    """Takes a crop for its own embedding."""

    def embed(self, crops):
        return np.array(crops, "float32")


@pytest.fixture
def known():
    """One who is gone, with a face along the first axis."""
    known = People(same=0.8, near=0.6, embedder=Embedder())
    assert meet(known, looks=vector(1), seen=vector(1)) == 1
    return known


def meet(known, looks, seen, present=(), **where):
    """Numbers someone by how they look and by their face."""
    arrived = (*face(looks, **where), [Glimpse(seen)])
    (number,) = known.name([arrived], [set(present)])
    return number


def alike(likeness):
    return vector(likeness, np.sqrt(1 - likeness**2))


LATER = {"time_s": 60, "shot": 9}
NEAR = {"time_s": 1.0}


@pytest.mark.parametrize(
    ("colours", "likeness", "where", "expected"),
    [
        (0.0, 0.80, LATER, 1),  # the face is enough, whatever is worn
        (0.0, 0.75, LATER, 2),
        (0.9, 0.50, LATER, 1),  # colours are, if the face is not another's
        (0.9, 0.35, LATER, 2),
        (0.0, 0.65, NEAR, 1),  # less is asked at the old place
        (0.0, 0.55, NEAR, 2),
        (0.65, 0.45, NEAR, 1),
        (0.65, 0.35, NEAR, 2),
    ],
)
def test_faces_decide_and_colours_help(
    known, colours, likeness, where, expected
):
    looks, seen = alike(colours), alike(likeness)
    assert meet(known, looks, seen, **where) == expected


def test_a_face_is_not_compared_with_those_who_are_beside_it(known):
    assert meet(known, vector(1), vector(1), present={1}) == 2
    assert known._sums == {}  # nothing was embedded


def test_the_likest_face_is_meant_not_the_likest_clothes(known):
    assert meet(known, vector(0, 0, 1), vector(0, 1), **LATER) == 2
    # Dressed as 2, with the face of 1.
    assert meet(known, vector(0, 0, 1), alike(0.95), **LATER) == 1


class ColourEmbedder:
    """Embeds a crop as its mean colour, and counts."""

    def __init__(self):
        self.count = 0

    def embed(self, crops):
        self.count += len(crops)
        rows = [crop.mean((0, 1)) / 255 for crop in crops]
        rows = [row / np.linalg.norm(row) for row in rows]
        return np.array(rows, "float32").reshape(-1, 3)


def glimpse(*colour):
    return Glimpse(np.full((4, 4, 3), colour, np.uint8))


def test_faces_are_embedded_when_asked_for_and_once_only():
    embedder = ColourEmbedder()
    people = People(0.8, 0.6, embedder)
    people.add_glimpses(1, [glimpse(200, 0, 0), glimpse(0, 200, 0)])
    assert embedder.count == 0
    for _ in range(2):
        np.testing.assert_allclose(
            people.get_mean(1), [0.5**0.5, 0.5**0.5, 0], atol=1e-6
        )
    assert embedder.count == 2


def test_the_mean_is_of_all_faces_whenever_they_came():
    people = People(0.8, 0.6, ColourEmbedder())
    people.add_glimpses(1, [glimpse(200, 0, 0)])
    people.get_mean(1)
    people.add_glimpses(1, [glimpse(200, 0, 0), glimpse(0, 200, 0)])
    # (2, 1) at length 1
    expected = np.array([2, 1, 0]) / 5**0.5
    np.testing.assert_allclose(people.get_mean(1), expected, atol=1e-6)


def test_a_glimpse_that_was_compared_is_not_embedded_again():
    embedder = ColourEmbedder()
    people = People(0.8, 0.6, embedder)
    seen = [glimpse(0, 0, 99)]
    compute_mean(embedder, seen)
    assert seen[0].crop is None  # its pixels are not kept
    people.add_glimpses(3, seen)
    assert people.get_mean(3) == pytest.approx([0, 0, 1])
    assert embedder.count == 1


def test_nobody_has_no_mean():
    people = People(0.8, 0.6, ColourEmbedder())
    assert compute_mean(ColourEmbedder(), []) is None
    people.add_glimpses(1, [])
    assert people.get_mean(1) is None and people.get_mean(2) is None


def test_the_face_of_who_is_forgotten_is_forgotten_too(monkeypatch):
    monkeypatch.setattr("emoaff.faces.people._PEOPLE", 1)
    people = People(0.8, 0.6, ColourEmbedder())
    for time_s in (0, 60):
        seen = [glimpse(60 - time_s, 0, time_s)]
        looks = vector(60 - time_s, time_s)
        people.name([(*face(looks, time_s=time_s), seen)], [set()])
    assert people.list_people() == [2]
    assert people.get_mean(1) is None and people.get_mean(2) is not None


def test_where_faces_are_not_known_no_looks_are_kept():
    people = People(0.8, 0.6)
    people.add_glimpses(1, [glimpse(1, 1, 1)])
    assert people.list_people() == []


PEOPLE = [
    Person(seed, lambda n, k=k: (30 + 90 * k + n, 70 + n, 50 + n / 2))
    for k, seed in enumerate((1, 2, 3))
]


def descriptions(number):
    scene = Scene(PEOPLE, 40)
    *_, frame = (f for f in scene.frames() if f.index <= number)
    return describe_faces(frame.image, list(scene.seen(number).values()))


def test_rows_have_length_one():
    rows = descriptions(0)
    assert rows.shape == (3, 1138)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_nobody_has_no_rows():
    assert len(describe_faces(np.zeros((9, 9, 3), np.uint8), [])) == 0


def test_people_are_like_themselves_and_unlike_others():
    likeness = descriptions(0) @ descriptions(30).T
    assert np.diag(likeness).min() > 0.8
    assert likeness[~np.eye(3, dtype=bool)].max() < 0.6


@pytest.mark.parametrize("part", ["hair", "coat"])
def test_hair_and_clothes_tell_people_apart(part):
    changed = Person(1, PEOPLE[0].where)
    rows = slice(0, 24) if part == "hair" else slice(88, 144)
    changed.figure[rows] = 255 - changed.figure[rows]
    (row,), (other,) = (
        describe_faces(frame.image, [scene.seen(0)[0]])
        for scene in (Scene([PEOPLE[0]], 1), Scene([changed], 1))
        for frame in scene.frames()
    )
    assert 0.5 < row @ other < 0.85


def test_flat_pictures_are_described_too():
    image = np.zeros((50, 50, 3), np.uint8)
    assert np.isfinite(describe_faces(image, [(5, 5, 20, 20)])).all()


@pytest.mark.parametrize("name", ["single_face.mp4", "grid_bbaf2n.mpg"])
def test_real_people_are_like_themselves(shared_data, name):
    frames = list(Video(shared_data / "videos" / name))
    # Both hold still in the middle of the picture.
    height, width = frames[0].image.shape[:2]
    side = height / 2
    box = (width / 2 - side / 2, height / 4, side, side)
    first, last = (describe_faces(frames[k].image, [box])[0] for k in (0, -1))
    assert first @ last > 0.82
