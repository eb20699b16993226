import keras
import numpy as np
import pytest

from emoaff.convert import convert
from emoaff.convert.systems.keras_applications import from_keras_applications
from tests.convert import keras_files
from tests.models.small_heads import alive
from tests.models.small_heads import assert_close

PIXELS = np.random.default_rng(3).uniform(0, 255, (2, 64, 64, 3))
PIXELS = np.float32(PIXELS)


def stock(name, top):
    model = getattr(keras.applications, name)(
        include_top=top,
        weights=None,
        input_shape=(64, 64, 3),
        pooling="avg",
        **({"classes": 4} if top else {}),
    )
    return alive(model)


def written(path, model):
    """Weights by the names of Keras 2."""
    layers = []
    for layer in model.layers:
        arrays = {v.name: np.array(v) for v in layer.variables}
        arrays.pop("seed_generator_state", None)
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            arrays = {"depthwise_kernel": arrays["kernel"]}
        layers.append((layer.name, arrays))
    keras_files.write_h5(path, layers)
    return path


def prepared(name):
    mode = "caffe" if name == "ResNet50" else "tf"
    return keras.applications.imagenet_utils.preprocess_input(
        PIXELS.copy(), data_format="channels_last", mode=mode
    )


@pytest.mark.parametrize("name", ["ResNet50", "MobileNet", "MobileNetV2"])
def test_features_are_those_of_keras(name, tmp_path):
    model = stock(name, top=False)
    path = written(tmp_path / "weights_notop.h5", model)
    found = convert(path, size=64)
    origin = found.config["provenance"]["origin"]
    assert origin["system"] == "keras-applications"
    got, expected = found.model(PIXELS)["features"], model(prepared(name))
    assert_close(got, expected)


@pytest.mark.parametrize(
    ("name", "last"),
    [("MobileNet", "conv_preds"), ("MobileNetV2", "predictions")],
)
def test_classes_are_left_out(name, last, tmp_path):
    model = stock(name, top=True)
    path = written(tmp_path / "weights.h5", model)
    found = from_keras_applications(path, size=64)
    assert found.notes == (
        f"The last layer, {last}, with the file's classes was left out.",
    )
    features = [x for x in model.layers if "global" in x.name][0].output
    expected = keras.Model(model.inputs[0], features)(prepared(name))
    got = found.model(PIXELS)["features"]
    expected = np.reshape(expected, (2, -1))
    assert_close(got, expected)


def test_a_whole_model_that_keras_3_saved_as_h5(tmp_path):
    model = stock("MobileNet", top=False)
    model.save(tmp_path / "model.h5")
    found = from_keras_applications(tmp_path / "model.h5", size=64)
    got = found.model(PIXELS)["features"]
    expected = model(prepared("MobileNet"))
    assert_close(got, expected)


def test_what_is_not_of_keras_applications_is_said(tmp_path):
    kernel = {"kernel": np.zeros((3, 3, 3, 8), "f")}
    keras_files.write_h5(tmp_path / "other.h5", [("stem", kernel)])
    with pytest.raises(ValueError, match="Found the layers stem, ..."):
        from_keras_applications(tmp_path / "other.h5")
    keras_files.write_h5(tmp_path / "bare.h5", [("conv_dw_1", kernel)])
    with pytest.raises(ValueError, match="conv_dw_1 without its batch norm"):
        from_keras_applications(tmp_path / "bare.h5")
    with pytest.raises(ValueError, match="multiple of 32. Received: size=50"):
        from_keras_applications(tmp_path / "bare.h5", size=50)
