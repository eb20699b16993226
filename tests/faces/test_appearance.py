import numpy as np
import pytest

from emoaff.faces import Video
from emoaff.faces import describe
from tests.faces.scene import Person
from tests.faces.scene import Scene

PEOPLE = [
    Person(seed, lambda n, k=k: (30 + 90 * k + n, 70 + n, 50 + n / 2))
    for k, seed in enumerate((1, 2, 3))
]


def descriptions(number):
    scene = Scene(PEOPLE, 40)
    *_, frame = (f for f in scene.frames() if f.index <= number)
    return describe(frame.image, list(scene.seen(number).values()))


def test_rows_have_length_one():
    rows = descriptions(0)
    assert rows.shape == (3, 1138)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_nobody_has_no_rows():
    assert len(describe(np.zeros((9, 9, 3), np.uint8), [])) == 0


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
        describe(frame.image, [scene.seen(0)[0]])
        for scene in (Scene([PEOPLE[0]], 1), Scene([changed], 1))
        for frame in scene.frames()
    )
    assert 0.5 < row @ other < 0.85


def test_flat_pictures_are_described_too():
    image = np.zeros((50, 50, 3), np.uint8)
    assert np.isfinite(describe(image, [(5, 5, 20, 20)])).all()


@pytest.mark.parametrize("name", ["single_face.mp4", "grid_bbaf2n.mpg"])
def test_real_people_are_like_themselves(shared_data, name):
    frames = list(Video(shared_data / "videos" / name))
    # Both hold still in the middle of the picture.
    height, width = frames[0].image.shape[:2]
    side = height / 2
    box = (width / 2 - side / 2, height / 4, side, side)
    first, last = (describe(frames[k].image, [box])[0] for k in (0, -1))
    assert first @ last > 0.82
