import numpy as np
import pytest

from emoaff.faces import Detection
from emoaff.faces.boxes import convert_to_corners
from emoaff.faces.tracks import Track
from emoaff.faces.tracks import confirm_lost
from emoaff.faces.tracks import covered
from emoaff.faces.tracks import find_last_seen
from emoaff.faces.tracks import match

LOOKS = np.eye(3, dtype="float32")


def seen(x, width=40.0):
    return Detection((x, 50.0, width, 40.0), 0.9, np.zeros((5, 2)))


def track(x, look):
    return Track(
        convert_to_corners([(x, 50.0, 40.0, 40.0)])[0], 0.9, LOOKS[look]
    )


def test_looks_decide_where_places_do_not():
    # Each detection is nearer to the other track.
    first, second = track(100, 0), track(110, 1)
    found = [seen(108), seen(102)]
    assert match([first, second], found, LOOKS[:2], 0.6) == {
        first: 0,
        second: 1,
    }


def test_places_decide_where_looks_do_not():
    first, second = track(100, 0), track(110, 0)
    found = [seen(108), seen(102)]
    assert match([first, second], found, LOOKS[[0, 0]], 0.6) == {
        first: 1,
        second: 0,
    }


def test_neither_place_nor_look_is_enough():
    one = track(100, 0)
    assert match([one], [seen(140)], LOOKS[:1], 0.6) == {}
    assert match([one], [seen(100)], LOOKS[1:2], 0.6) == {}
    assert match([one], [], np.zeros((0, 0)), 0.6) == {}
    assert match([], [seen(100)], LOOKS[:1], 0.6) == {}


class Sees:
    """A detector that confirms every box as the same face."""

    def __init__(self, face):
        self.face = face

    def confirm(self, image, boxes):
        return [self.face for _ in boxes]


def test_one_face_confirms_one_track():
    first, second = track(100, 0), track(104, 1)
    face = seen(102)
    got = confirm_lost(Sees(face), None, [first, second], [])
    assert got == {first: face}
    assert confirm_lost(Sees(face), None, [first], [seen(103)]) == {}


def test_a_track_that_is_lost_is_not_looked_for():
    lost = track(100, 0)
    lost.path.append(np.full(4, np.nan))
    assert confirm_lost(Sees(seen(100)), None, [lost], []) == {}


def test_the_same_face_is_covered():
    assert covered(seen(100), [seen(10), seen(105)])
    assert not covered(seen(100), [seen(10), seen(130)])
    assert not covered(seen(100), [])


@pytest.mark.parametrize("count", [1, 2, 3, 9, 12])
def test_the_last_sighting_is_found_by_halving(count):
    for last in range(count):
        looks = []

        def look(position, last=last, looks=looks):
            looks.append(position)
            return seen(position) if position <= last else None

        assert max(find_last_seen(count, look), default=0) == last
        assert len(looks) <= np.ceil(np.log2(count)) if count > 1 else not looks
