import dataclasses
import math

import cv2
import numpy as np
import pytest

from emoaff.faces import Frame
from emoaff.faces.track import Face
from emoaff.prediction.doubt_rule import DoubtRule
from emoaff.prediction.doubt_rule import sharpness
from emoaff.prediction.row import Row

RULE = DoubtRule()


def picture(sigma=0.0):
    """Light from one side and fine detail, like a face."""
    detail = np.random.default_rng(0).normal(0, 25, (96, 96))
    grey = 128 + 60 * np.sin(np.arange(96) / 20) + detail
    grey = np.uint8(np.clip(np.rint(grey), 0, 255))
    if sigma:
        grey = cv2.GaussianBlur(grey, (0, 0), sigma)
    return np.repeat(grey[..., None], 3, axis=2)


def face(**more):
    box = more.pop("box", (20.0, 20.0, 48.0, 48.0))
    return Face(1, box, 0.99, True, **more)


def doubt(image, face):
    return RULE.face(Frame(0, 0.0, image), face).doubt


def test_a_good_face_is_not_doubted():
    assert doubt(picture(), face(turn=0.1)) == ""
    assert doubt(picture(), face()) == ""  # turn not known


def test_a_face_below_20_pixels_is_small_whatever_else():
    assert doubt(picture(), face(box=(20.0, 20.0, 19.9, 10.0))) == "small"
    assert doubt(picture(), face(box=(20.0, 20.0, 10.0, 20.1))) != "small"


def test_a_blurred_face_is_told_by_its_sharpness():
    box = face().box
    values = [sharpness(picture(sigma)[..., 0], box) for sigma in (0, 1, 3, 6)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < RULE.sharpness < values[0]
    assert doubt(picture(6), face()) == "blurred"


def test_sharpness_is_that_of_a_laplacian_over_the_contrast():
    # One pixel to the pixel: 48 x 48 about the middle.
    image = picture()
    grey = image[24:72, 24:72, 0].astype(np.float64)
    padded = np.pad(grey, 1, mode="reflect")
    laplacian = (
        padded[:-2, 1:-1]
        + padded[2:, 1:-1]
        + padded[1:-1, :-2]
        + padded[1:-1, 2:]
        - 4 * grey
    )
    expected = laplacian.std() / grey.std()
    got = sharpness(image[..., 0], (24.0, 24.0, 48.0, 48.0))
    assert got == pytest.approx(expected, rel=1e-4)


def test_sharpness_does_not_depend_on_light_and_contrast():
    image = picture()[..., 0]
    dark = np.uint8(np.rint(0.4 * image + 20))
    box = face().box
    assert sharpness(dark, box) == pytest.approx(
        sharpness(image, box), rel=0.05
    )


def test_one_grey_is_not_called_blurred():
    image = np.full((96, 96), 90, np.uint8)
    assert sharpness(image, face().box) == math.inf


def test_a_head_turned_aside_is_doubted_beside_other_reasons():
    assert doubt(picture(), face(turn=0.6)) == "turned away"
    assert doubt(picture(6), face(turn=0.6)) == "blurred; turned away"


def test_a_head_on_its_side_is_tilted():
    assert doubt(picture(), face(tilt=44.0)) == ""
    assert doubt(picture(), face(tilt=46.0)) == "tilted"
    assert doubt(picture(), face(turn=0.6, tilt=90.0)) == "turned away; tilted"


def row(probabilities, smoothed=None, **more):
    return Row(
        0,
        0.0,
        1,
        probabilities=np.float32(probabilities),
        smoothed=None if smoothed is None else np.float32(smoothed),
        **more,
    )


def test_an_answer_below_a_half_is_unsure():
    assert RULE.row(row([0.51, 0.49])).doubt == ""
    assert RULE.row(row([0.4, 0.3, 0.3])).doubt == "unsure"
    given = row([0.4, 0.3, 0.3], doubt="small")
    assert RULE.row(given).doubt == "small; unsure"


def test_a_smoothed_answer_below_a_half_is_withheld():
    got = RULE.row(row([0.9, 0.1], smoothed=[0.45, 0.45]))
    assert got.doubt == "" and got.smoothed is None
    got = RULE.row(row([0.9, 0.1], smoothed=[0.7, 0.3]))
    assert got.smoothed is not None


def test_a_row_without_an_answer_stays_as_it_is():
    empty = Row(0, 0.0, 1, doubt="resting")
    assert RULE.row(empty) is empty


def test_a_preset_may_have_a_rule_of_its_own():
    class Preset:
        config = {"doubt": {"confidence": 0.3}}

    rule = DoubtRule.of(Preset)
    assert rule == dataclasses.replace(RULE, confidence=0.3)
    assert rule.row(row([0.4, 0.3, 0.3])).doubt == ""
