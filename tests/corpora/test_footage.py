import pathlib

import pytest

from emoaff.corpora.footage import Footage

BOXES = {0: (0, 0, 1, 1)}


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        ({"faces": "guess"}, "one of find, boxes, whole .*faces='guess'"),
        ({"person": "tall"}, "one of main, left, right. .*person='tall'"),
        ({"faces": "boxes"}, "with faces='boxes' and only then. .*no boxes"),
        ({"boxes": BOXES}, "faces='find', and 1 boxes"),
        ({"region": (0.5, 0, 0.5, 1)}, r"region=\(0.5, 0, 0.5, 1\)"),
        ({"region": (0, 0, 640, 480)}, "between 0 and 1"),
    ],
)
def test_switches_that_contradict_themselves_are_refused(switches, message):
    with pytest.raises(ValueError, match=message):
        Footage(pathlib.Path("a.mp4"), **switches)


def test_a_half_and_boxes_are_fine():
    footage = Footage(pathlib.Path("a.mp4"), region=(0.5, 0, 1, 1))
    assert footage.faces == "find"
    assert Footage(pathlib.Path("a.mp4"), faces="boxes", boxes={}).boxes == {}
