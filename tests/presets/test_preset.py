import dataclasses
import pathlib

import cv2
import numpy as np
import pytest

import emoaff
from emoaff.faces import Frame
from emoaff.prediction.options import Options
from emoaff.prediction.running import Running
from emoaff.presets import Preset
from tests.prediction.small_sequences import still_preset

SIDE = 24


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return still_preset(tmp_path_factory.mktemp("preset") / "still")


def with_crop(preset, **crop):
    return dataclasses.replace(preset, config={**preset.config, "crop": crop})


def picture(height, width):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (height, width, 3), np.uint8)


def test_without_a_shape_a_crop_is_a_square(stored):
    assert stored.shape == "square"
    image = picture(60, 80)
    # 24 wide and 48 high: a square of 48 about the same centre, halved.
    square = image[10:58, 8:56].reshape(SIDE, 2, SIDE, 2, 3)
    got = stored.crop(image, (20, 10, 24, 48))
    np.testing.assert_allclose(got, square.mean(axis=(1, 3)), atol=1.5)


@pytest.mark.parametrize(
    ("name", "code"), [("area", cv2.INTER_AREA), ("nearest", cv2.INTER_NEAREST)]
)
def test_a_preset_can_stretch_the_box_itself(stored, name, code):
    preset = with_crop(stored, margin=0.0, interpolation=name, shape="stretch")
    image = picture(60, 80)
    expected = cv2.resize(image[10:50, 20:40], (SIDE, SIDE), interpolation=code)
    got = preset.crop(image, (20.6, 10.2, 19.9, 40.4))
    np.testing.assert_array_equal(got, expected)


def test_a_crop_that_is_given_is_stretched_whole(stored):
    crop = picture(70, 30)
    fitting = with_crop(stored, margin=0.0, interpolation="nearest")
    stretching = with_crop(
        stored, margin=0.0, interpolation="nearest", shape="stretch"
    )
    whole = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    got = stretching.predict([crop])["expression"]
    expected = stored.model.predict_on_batch(whole[None])["expression"]
    np.testing.assert_allclose(got, expected, atol=1e-6)
    assert np.abs(fitting.predict([crop])["expression"] - got).max() > 1e-4


def test_options_go_before_the_crop_of_the_preset(stored):
    preset = with_crop(stored, margin=0.4, interpolation="bilinear")
    image, box = picture(60, 80), (20.0, 10.0, 20.0, 40.0)
    frame = Frame(0, 0.0, image)
    plain = Running(preset, Options()).crop(frame, box)
    np.testing.assert_array_equal(plain, preset.crop(image, box))
    options = Options(crop_shape="stretch", interpolation="area")
    expected = cv2.resize(
        image[10:50, 20:40], (SIDE, SIDE), interpolation=cv2.INTER_AREA
    )
    got = Running(preset, options).crop(frame, box)
    np.testing.assert_array_equal(got, expected)
    nearest = Running(preset, Options(interpolation="nearest"))
    assert (nearest.crop(frame, box) != plain).any()


def chain(*layers):
    """A preset whose layers are (name, class, name of what it is made of)."""
    graph = {
        "layers": [
            {
                "name": name,
                "class_name": kind,
                "inbound_nodes": [{"args": [[before, 0, 0]]}] if before else [],
            }
            for name, kind, before in layers
        ]
    }
    config = {"architecture": {"config": graph}}
    return Preset("chain", pathlib.Path("."), config, None, None)


def test_it_sees_grey_if_all_that_it_makes_of_a_picture_is_grey():
    face, grey = ("face", "InputLayer", ""), ("luma", "Greyscale", "face")
    assert chain(face, grey).sees_grey
    larger = ("larger", "Resizing", "face")
    assert chain(face, larger, ("luma", "Greyscale", "larger")).sees_grey
    assert not chain(face, grey, ("colours", "Conv2D", "face")).sees_grey
    assert not chain(face, ("first", "Conv2D", "face"), grey).sees_grey
    assert not chain(face).sees_grey and not chain().sees_grey
    circle = ("larger", "Resizing", ["face", "larger"])
    assert not chain(face, circle).sees_grey
    assert not dataclasses.replace(chain(), config={}).sees_grey


@pytest.mark.parametrize("margin", [0.0, 0.3])
def test_faces_for_a_model_that_sees_grey_are_cut_in_grey(margin):
    preset = emoaff.load_preset("compact_ferplus", "auto")
    assert preset.sees_grey
    preset = with_crop(preset, margin=margin, interpolation="area")
    image = cv2.GaussianBlur(picture(240, 320), (0, 0), 2)
    got = Running(preset, Options()).crop(
        Frame(0, 0.0, image), (60.2, 30.0, 121.7, 150.0)
    )
    cut = preset.crop(image, (60.2, 30.0, 121.7, 150.0))
    grey = cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY).astype(int)
    assert got.shape == cut.shape and (got == got[..., :1]).all()
    np.testing.assert_allclose(got[..., 0], grey, atol=1.01)
