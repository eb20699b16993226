import itertools

import numpy as np
import pytest

from emoaff.faces import Detection
from emoaff.faces import Frame
from emoaff.faces.boxes import convert_to_corners
from emoaff.faces.tracks import Slot
from emoaff.faces.tracks import Track
from emoaff.faces.tracks import check
from emoaff.faces.tracks import confirm_lost
from emoaff.faces.tracks import covered
from emoaff.faces.tracks import find_last_seen
from emoaff.faces.tracks import lay
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


class Confirms:
    """A detector that sees what it was made with, in the order of boxes."""

    def __init__(self, *faces):
        self.faces = faces

    def confirm(self, image, boxes):
        assert len(boxes) == len(self.faces)
        return list(self.faces)


def test_faces_that_are_seen_where_expected_are_checked():
    first, second = track(100, 0), track(200, 1)
    first.path = [first.box, first.box]  # two frames later
    second.path = [second.box, second.box]
    found = seen(101), seen(199)
    assert check(Confirms(*found), None, [first, second], 0.9)
    assert first.checks == {2: found[0]}
    assert second.checks == {2: found[1]}


@pytest.mark.parametrize(
    "other",
    [
        None,
        Detection((200, 50.0, 40.0, 40.0), 0.89, np.zeros((5, 2))),  # unsure
        seen(212),  # 0.54 of the place
        seen(115),  # the first's face
    ],
)
def test_one_face_that_is_in_doubt_leaves_all_unchecked(other):
    first, second = track(100, 0), track(200, 1)
    if other is not None and other.box[0] == 115:
        second = track(110, 1)
    assert not check(Confirms(seen(100), other), None, [first, second], 0.9)
    assert not first.checks and not second.checks


def test_a_box_goes_from_each_detection_towards_the_next():
    # The picture stands still, the detector's boxes go 4 pixels at a time; each
    # draws 0.6 of what is left: 2.4, then 0.6 of 8 - 2.4, and so on.
    one = track(100, 0)
    image = np.zeros((200, 400, 3), np.uint8)
    slots = [Slot(Frame(n, n / 25, image), None) for n in range(7)]
    path = [one.box.copy() for _ in slots]
    lay(one, slots, path, {k: seen(100 + 2 * k) for k in (0, 2, 4, 6)}, 0.9)
    at = [slot.faces[one][0][0] - 100 for slot in slots]
    expected, drawn = [0.0], 0.0
    for place in (4, 8, 12):
        drawn += 0.6 * (place - drawn)
        expected.append(drawn)
    np.testing.assert_allclose(at[::2], expected, atol=1e-9)
    between = [(a + b) / 2 for a, b in itertools.pairwise(expected)]
    np.testing.assert_allclose(at[1::2], between, atol=1e-9)
