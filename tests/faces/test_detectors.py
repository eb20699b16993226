import pytest

from emoaff.faces import FaceDetector
from emoaff.faces import FaceTracker
from emoaff.faces import build_detector
from emoaff.faces import detectors


class Blind:
    """Finds no face anywhere."""

    def detect(self, image):
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
    assert FaceTracker(mine).detector is mine


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="one of mtcnn, .*detector='yolo'"):
        build_detector("yolo")


def test_one_more_line_makes_a_detector_that_the_tracker_knows(monkeypatch):
    monkeypatch.setitem(detectors.DETECTORS, "blind", Blind)
    assert isinstance(FaceTracker("blind").detector, Blind)
    assert isinstance(FaceTracker().detector, FaceDetector)
