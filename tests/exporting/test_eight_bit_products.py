import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from emoaff.exporting.eight_bit_products import round_filters
from emoaff.exporting.eight_bit_products import round_products
from emoaff.exporting.graph import build_graph
from emoaff.exporting.litert_file import convert_to_litert
from emoaff.exporting.sources import read_source


def correlated(rng, rows, channels):
    """Activations as networks have them: not negative, alike, uneven."""
    mixed = rng.normal(size=(rows, 6)) @ rng.normal(size=(6, channels))
    scale = rng.uniform(0.01, 2, channels)
    return np.maximum(mixed + rng.normal(0, 0.3, (rows, channels)), 0) * scale


def test_products_change_less_than_by_rounding_each_weight_alone():
    rng = np.random.default_rng(0)
    seen, unseen = correlated(np.random.default_rng(1), 4000, 96)[
        :, None
    ].reshape(2, 2000, 96)
    filters = rng.normal(0, rng.uniform(0.1, 1, (40, 1)), (40, 96))
    filters = filters.astype("float32")
    steps, scales = round_filters(filters, seen.T @ seen / len(seen))
    assert steps.dtype == np.int8 and np.abs(steps).max() <= 127
    np.testing.assert_allclose(scales, np.abs(filters).max(1) / 127, rtol=1e-6)
    plain = np.rint(filters / scales[:, None]) * scales[:, None]
    exact = unseen @ filters.T.astype("float64")
    errors = [
        np.sqrt(np.mean((unseen @ each.T - exact) ** 2))
        for each in (steps * scales[:, None], plain)
    ]
    assert errors[0] < 0.6 * errors[1]


def test_a_filter_of_zeros_stays_one():
    steps, scales = round_filters(np.zeros((3, 5), "float32"), np.eye(5))
    assert not steps.any() and np.isfinite(scales).all()


@pytest.fixture(scope="module")
def small():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((16, 16, 3), name="image")
    x = keras.layers.Rescaling(1 / 255)(inputs)
    for filters in (64, 80, 96):
        x = keras.layers.Conv2D(filters, 1, activation="relu")(x)
        x = keras.layers.DepthwiseConv2D(3, strides=2, padding="same")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dense(4, activation="softmax", name="expression")(x)
    model = keras.Model(inputs, {"expression": x})
    return build_graph(read_source(model), "static", batch=1)


def test_convolutions_of_one_by_one_with_enough_channels_are_in_8_bits(
    small, tmp_path
):
    data = convert_to_litert(small, tmp_path)
    faces = np.random.default_rng(0).integers(0, 256, (16, 16, 16, 3), np.uint8)
    rounded = round_products(data, faces)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(rounded))
    in_8_bits = [
        list(tensor.shape)
        for tensor in model.subgraphs[0].tensors
        if tensor.type == schema.TensorType.INT8
    ]
    # The first takes 3 channels.
    assert sorted(in_8_bits) == [[80, 64], [96, 80]]
    found, expected = (
        np.array([run(face=face[None])["expression"][0] for face in faces])
        for run in (
            Interpreter(model_content=each).get_signature_runner()
            for each in (rounded, data)
        )
    )
    assert 0 < np.abs(found - expected).max() < 0.01
