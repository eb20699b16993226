import keras
import numpy as np
import pytest

from emoaff.layers import InputNormalization

RGB = np.array([[[10, 20, 30], [255, 0, 128]]])
SCHEMES = [
    # By hand: (blue, green, red) less (103.939, 116.779, 123.68)
    (
        "imagenet_caffe",
        [[-73.939, -96.779, -113.68], [24.061, -116.779, 131.32]],
    ),
    # By hand: (blue, green, red) less (91.4953, 103.8827, 131.0912)
    (
        "vggface2",
        [[-61.4953, -83.8827, -121.0912], [36.5047, -103.8827, 123.9088]],
    ),
    # By hand: 10 / 127.5 - 1 and so on
    (
        "imagenet_tf",
        [[-0.92156863, -0.84313725, -0.76470588], [1, -1, 0.00392]],
    ),
    # By hand: (10 / 255 - 0.485) / 0.229 and so on
    (
        "imagenet_torch",
        [
            [-1.9466564, -1.6855742, -1.2815686],
            [2.2489083, -2.0357143, 0.42649],
        ],
    ),
    ("centered", [[-0.921875, -0.84375, -0.765625], [0.9921875, -1, 0]]),
    ("unit", [[0.03921569, 0.07843137, 0.11764706], [1, 0, 0.50196078]]),
]


@pytest.mark.parametrize(("scheme", "expected"), SCHEMES)
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_values_by_hand(scheme, expected, dtype):
    got = InputNormalization(scheme)(RGB.astype(dtype))
    assert got.dtype == "float32"
    np.testing.assert_allclose(got, [expected], rtol=2e-6, atol=3e-5)


@pytest.mark.parametrize(
    ("scheme", "mode"),
    [
        ("imagenet_caffe", "caffe"),
        ("imagenet_tf", "tf"),
        ("imagenet_torch", "torch"),
    ],
)
def test_the_conventions_are_those_of_keras(scheme, mode):
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3))
    # It works in place on the float64 copy.
    expected = keras.applications.imagenet_utils.preprocess_input(
        pixels.copy(), data_format="channels_last", mode=mode
    )
    got = InputNormalization(scheme)(pixels)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=2e-5)


def test_a_video_is_as_good_as_a_picture():
    video = np.broadcast_to(RGB[None, None], (2, 3, 1, 2, 3))
    got = InputNormalization("vggface2")(video)
    assert got.shape == video.shape
    np.testing.assert_array_equal(
        got[1, 2], InputNormalization("vggface2")(RGB)
    )


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_rounds_the_result_and_not_the_pixels(policy):
    keras.config.set_dtype_policy(policy)
    half = policy.removeprefix("mixed_")
    pixels = np.float32([[[200.06, 0.06, 100.0]]])
    got = InputNormalization("imagenet_caffe")(pixels)
    assert got.dtype == half
    assert InputNormalization("unit")(keras.Input((4, 4, 3))).dtype == half
    exact = pixels[..., ::-1] - np.float32([103.939, 116.779, 123.68])
    np.testing.assert_array_equal(got, keras.ops.cast(exact, half))


@pytest.mark.parametrize(("scheme", "expected"), SCHEMES)
def test_serialisation_keeps_every_argument(scheme, expected):
    layer = InputNormalization(scheme, name="pixels", dtype="float64")
    config = keras.saving.serialize_keras_object(layer)
    assert config["registered_name"] == "emoaff>InputNormalization"
    revived = keras.saving.deserialize_keras_object(config)
    assert revived.get_config() == layer.get_config()
    assert revived.scheme == scheme
    assert revived(RGB).dtype == "float64"


def test_saved_model_is_the_same_model(tmp_path):
    inputs = keras.Input((1, 2, 3))
    model = keras.Model(inputs, InputNormalization("imagenet_torch")(inputs))
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(revived(RGB[None]), model(RGB[None]))


def test_errors_say_what_was_received():
    with pytest.raises(ValueError, match="'vggface2'.*Received: scheme='rgb'"):
        InputNormalization("rgb")
    with pytest.raises(ValueError, match=r"input_shape=\(1, 8, 8, 1\)"):
        InputNormalization("unit")(np.ones((1, 8, 8, 1)))
