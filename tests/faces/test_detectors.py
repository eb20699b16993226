import itertools

import pytest

from emoaff.faces import FaceDetector
from emoaff.faces import FaceTracker
from emoaff.faces import Video
from emoaff.faces import build_detector
from emoaff.faces import detectors
from tests.sample import CLIP


class Blind:
    """Finds no face anywhere, and counts how often it was asked."""

    asked = 0

    def detect(self, image):
        Blind.asked += 1
        return []

    def confirm(self, image, boxes):
        return [None for _ in boxes]


def test_no_name_is_the_usual_detector():
    for given in (None, "mtcnn"):
        assert isinstance(build_detector(given), FaceDetector)
    assert build_detector("mtcnn", min_face=40).min_face == 40


def test_a_detector_is_given_back_as_it_is():
    mine = Blind()
    assert build_detector(mine) is mine


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="one of mtcnn, .*detector='yolo'"):
        build_detector("yolo")


def test_one_more_line_makes_a_detector_that_the_tracker_knows(monkeypatch):
    monkeypatch.setitem(detectors.DETECTORS, "blind", Blind)
    before = Blind.asked
    with Video(CLIP) as video:
        frames = list(FaceTracker("blind").track(itertools.islice(video, 3)))
    assert [faces for _, faces in frames] == [[], [], []]
    assert Blind.asked > before
