import base64

import cv2
import numpy as np
import pytest

from emoaff.faces.video import Video
from emoaff.prediction.face_pictures import cut_faces
from tests.sample import CLIP
from tests.sample import PORTRAIT


def decode(address):
    head, data = address.split(",")
    assert head == "data:image/jpeg;base64"
    raw = np.frombuffer(base64.b64decode(data), np.uint8)
    return cv2.imdecode(raw, cv2.IMREAD_COLOR)[..., ::-1]


def test_a_face_is_what_lies_about_its_box_in_its_frame():
    box = (100.0, 60.0, 80.0, 80.0)
    found = cut_faces(CLIP, {30: [("a", box)]})
    picture = decode(found["a"])
    assert picture.shape == (96, 96, 3)
    (frame,) = [f for f in Video(CLIP) if f.index == 30]
    # Half as much again about the box: 20 pixels on each side.
    about = frame.image[40:160, 80:200].astype(float)
    assert picture.mean() == pytest.approx(about.mean(), abs=3)


def test_a_face_at_a_border_is_shown_with_what_there_is():
    (frame,) = [f for f in Video(CLIP) if f.index == 30]
    height, width = frame.image.shape[:2]
    # The square of 120 pixels reaches no further than the corner.
    boxes = {
        "low": (-30.0, -20.0, 80.0, 80.0),
        "high": (width - 40.0, 300, 80.0, 80.0),
    }
    found = cut_faces(CLIP, {30: list(boxes.items())})
    for name, about in (
        ("low", frame.image[:120, :120]),
        ("high", frame.image[height - 120 :, width - 120 :]),
    ):
        expected = cv2.resize(about, (96, 96), interpolation=cv2.INTER_AREA)
        difference = decode(found[name]).astype(float) - expected
        assert np.abs(difference).mean() < 4  # JPEG
    # One that is larger than the image stays in the middle, and repeats.
    found = cut_faces(CLIP, {30: [("a", (0.0, 0.0, 400.0, 350.0))]})
    assert decode(found["a"]).shape == (96, 96, 3)


def test_frames_that_are_not_there_are_left_out():
    assert cut_faces(CLIP, {99_999: [("a", (0, 0, 9, 9))]}) == {}
    assert cut_faces(CLIP, {0: [("a", (9999, 0, 9, 9))]}) == {}
    assert cut_faces("nothing.mp4", {}) == {}


def test_a_still_has_one_frame():
    found = cut_faces(PORTRAIT, {0: [("a", (10.0, 10.0, 50.0, 50.0))]})
    assert decode(found["a"]).shape == (96, 96, 3)
