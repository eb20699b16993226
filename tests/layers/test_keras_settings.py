import threading

import keras
import numpy as np
import pytest

from emoaff import models
from emoaff import presets
from emoaff.exporting import export
from emoaff.faces import FaceDetector
from emoaff.faces import read_picture
from emoaff.layers.keras_settings import use_own_settings
from emoaff.models.streaming import streaming
from tests import small_presets


@pytest.fixture
def odd_settings():
    """What a user's `keras.json` can ask for, all at once."""
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float16")
    keras.config.set_epsilon(1e-3)
    keras.config.set_dtype_policy("float16")
    yield
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_dtype_policy("float32")


def settings():
    return (
        keras.config.image_data_format(),
        keras.config.floatx(),
        keras.config.epsilon(),
        keras.config.dtype_policy().name,
    )


OWN = ("channels_last", "float32", 1e-7, "float32")
ODD = ("channels_first", "float16", 1e-3, "float16")


def test_the_users_settings_are_put_aside_and_back(odd_settings):
    with use_own_settings():
        assert settings() == OWN
        with use_own_settings("float32"):
            assert settings() == OWN
        assert settings() == OWN
    assert settings() == ODD


def test_the_users_settings_are_back_after_an_error(odd_settings):
    with pytest.raises(KeyError), use_own_settings():
        raise KeyError
    assert settings() == ODD


def test_a_policy_that_was_asked_for_by_call_is_kept():
    keras.config.set_dtype_policy("mixed_bfloat16")
    with use_own_settings():
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    with use_own_settings("float32"):
        assert keras.config.dtype_policy().name == "float32"
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


def test_two_threads_do_not_leave_each_others_settings_behind(odd_settings):
    inside, go_on = threading.Event(), threading.Event()

    def build():
        with use_own_settings():
            inside.set()
            go_on.wait(10)

    other = threading.Thread(target=build)
    with use_own_settings():
        other.start()
        assert inside.wait(10)
    # The other still builds.
    assert keras.config.image_data_format() == "channels_last"
    go_on.set()
    other.join()
    assert settings() == ODD


@pytest.mark.parametrize(
    "build",
    [
        lambda: models.build_backbone("mobilenet_v1", 48),
        lambda: models.build_backbone("mobilenet_v2", 48),
        lambda: models.build_cnn_lstm(3, 48, backbone="small_cnn"),
        models.build_rangulov_cnn,
        models.build_small_cnn,
        lambda: models.build_resnet(18),
        models.build_vggface2_resnet50,
    ],
)
def test_networks_are_the_same_whatever_the_users_settings(build, odd_settings):
    odd = build()
    with use_own_settings("float32"):
        own = build()
    assert odd.input_shape == own.input_shape
    assert odd.output_shape == own.output_shape
    assert [w.shape for w in odd.weights] == [w.shape for w in own.weights]
    assert {w.dtype for w in odd.weights} <= {"float32", "int32"}
    assert {x.dtype for x in odd.inputs} == {"float32"}


def colour_preset(folder):
    head = small_presets.dense(8, activation="softmax")
    return small_presets.saved(
        folder,
        small_presets.still_model({"expression": head}),
        small_presets.classes("ferplus"),
    )


@pytest.mark.parametrize("policy", ["float16", "mixed_float16", "float64"])
def test_a_preset_answers_the_same_whatever_the_users_settings(
    policy, tmp_path
):
    preset = colour_preset(tmp_path / "tiny")
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (3, preset.size, preset.size, 3), np.uint8)
    expected = preset.predict(crops)["expression"]
    try:
        keras.config.set_image_data_format("channels_first")
        keras.config.set_dtype_policy(policy)
        again = presets.load_preset(tmp_path / "tiny")
        got = again.predict(crops)["expression"]
    finally:
        keras.config.set_image_data_format("channels_last")
        keras.config.set_dtype_policy("float32")
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, expected)


def test_the_detector_finds_the_same_face(odd_settings, shared_data):
    image = read_picture(shared_data / "videos" / "single_face.jpg").image
    (face,) = FaceDetector().detect(image)
    x, y, w, h = face.box
    # Where the face is in that picture, by eye.
    assert 150 < x < 240 and 100 < y < 190 and 140 < w < 220 and 200 < h < 300


def test_a_streaming_head_is_the_same(odd_settings):
    with use_own_settings("float32"):
        head = models.build_rangulov_gru(frames=None)
    step = streaming(head)
    assert {x.dtype for x in step.inputs} == {"float32"}


def test_an_exported_file_is_the_same(tmp_path, odd_settings):
    preset = colour_preset(tmp_path / "tiny")
    report = export(preset, tmp_path / "faces", "savedmodel")
    assert report.path.exists()
