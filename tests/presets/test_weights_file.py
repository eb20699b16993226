import h5py
import keras
import numpy as np
import pytest

from emoaff.presets import weights_file
from emoaff.presets.weights_file import readable
from emoaff.presets.weights_file import store


def model(seed=0):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(5, 3, name="conv")(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Reshape((1, 5))(x)
    x = keras.layers.LSTM(4, name="lstm")(x)
    made = keras.Model(inputs, keras.layers.Dense(2, name="out")(x))
    rng = np.random.default_rng(seed)
    for variable in made.weights:
        if "seed" not in variable.path:
            variable.assign(rng.normal(size=variable.shape))
    # One filter is a hundred times the others, one is empty.
    kernel = made.get_layer("conv").kernel.numpy()
    kernel[..., 1] *= 100
    kernel[..., 2] = 0
    made.get_layer("conv").kernel.assign(kernel)
    return made


def stored(path, dtype):
    made = model()
    made.save_weights(path / "full.weights.h5")
    store(path / "full.weights.h5", path / f"{dtype}.weights.h5", dtype)
    return made, path / f"{dtype}.weights.h5"


def loaded(path):
    other = model(seed=1)
    with readable(path) as file:
        other.load_weights(file)
    return other


def test_float32_is_kept_exactly(tmp_path):
    made, path = stored(tmp_path, "float32")
    for ours, theirs in zip(made.weights, loaded(path).weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_float16_rounds_to_half_precision(tmp_path):
    made, path = stored(tmp_path, "float16")
    for ours, theirs in zip(made.weights, loaded(path).weights, strict=True):
        if ours.dtype == "float32":
            np.testing.assert_array_equal(
                np.float32(np.float16(ours.numpy())), theirs
            )


@pytest.fixture
def few(monkeypatch):
    """The kernels of this file are tiny; here they are rounded all the same."""
    monkeypatch.setattr(weights_file, "_FEW", 0)


def test_8_bits_err_by_half_a_step_of_each_filter_at_most(tmp_path, few):
    made, path = stored(tmp_path, "int8")
    other = loaded(path)
    ours = made.get_layer("conv").kernel.numpy()
    theirs = other.get_layer("conv").kernel.numpy()
    for i in range(5):
        step = np.abs(ours[..., i]).max() / 127
        error = np.abs(ours[..., i] - theirs[..., i]).max()
        assert error <= step / 2 * 1.001, i
    assert (theirs[..., 2] == 0).all()
    # Were the scale one for all filters, small ones would be lost.
    assert np.abs(ours[..., 0] - theirs[..., 0]).max() < 0.02


def test_8_bits_err_by_half_a_step_of_each_depthwise_filter_too(tmp_path, few):
    made = keras.Sequential(
        [keras.Input((8, 8, 6)), keras.layers.DepthwiseConv2D(3)]
    )
    sizes = 10.0 ** np.arange(-2, 4)[:, None]
    rng = np.random.default_rng(0)
    kernel = np.float32(rng.normal(size=(3, 3, 6, 1)) * sizes)
    made.layers[0].kernel.assign(kernel)
    made.save_weights(tmp_path / "full.weights.h5")
    path = tmp_path / "int8.weights.h5"
    store(tmp_path / "full.weights.h5", path, "int8")
    made.layers[0].kernel.assign(np.zeros_like(kernel))
    with readable(path) as file:
        made.load_weights(file)
    error = np.abs(made.layers[0].kernel.numpy() - kernel).max(axis=(0, 1))
    step = np.abs(kernel).max(axis=(0, 1)) / 127
    assert (error <= step / 2 * 1.001).all()


def test_8_bits_are_a_quarter_of_the_kernels(tmp_path, few):
    _, path = stored(tmp_path, "int8")
    kinds = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: kinds.update(
                {item.shape: item.dtype} if hasattr(item, "dtype") else {}
            )
        )
    assert kinds[3, 3, 3, 5] == np.int8
    assert kinds[5, 16] == np.int8
    assert kinds[5,] == np.float16


def test_recurrent_and_dense_kernels_come_back_too(tmp_path, few):
    made, path = stored(tmp_path, "int8")
    other = loaded(path)
    for ours, theirs in (
        (made.get_layer("lstm").cell.kernel, other.get_layer("lstm").cell),
        (made.get_layer("out").kernel, other.get_layer("out")),
    ):
        ours = ours.numpy()
        step = np.abs(ours).max(axis=0) / 127
        assert (np.abs(ours - theirs.kernel.numpy()) <= step / 2 * 1.001).all()


def store_dense(folder, kernels):
    """Gives kernels as they are after they were stored in 8 bits."""
    made = keras.Sequential([keras.Input((len(kernels[0]),))])
    for kernel in kernels:
        made.add(keras.layers.Dense(kernel.shape[1]))
        made.layers[-1].kernel.assign(kernel)
    made.save_weights(folder / "full.weights.h5")
    path = folder / "int8.weights.h5"
    store(folder / "full.weights.h5", path, "int8")
    for layer in made.layers:
        layer.kernel.assign(np.zeros(layer.kernel.shape))
    with readable(path) as file:
        made.load_weights(file)
    return [layer.kernel.numpy() for layer in made.layers]


def test_kernels_of_few_numbers_keep_16_bits(tmp_path):
    rng = np.random.default_rng(0)
    kernels = [np.float32(rng.normal(size=s)) for s in ((100, 200), (200, 101))]
    few, many = store_dense(tmp_path, kernels)
    np.testing.assert_array_equal(few, np.float32(np.float16(kernels[0])))
    assert (many != np.float32(np.float16(kernels[1]))).mean() > 0.9


def test_8_bits_suit_inputs_that_differ_as_well_as_filters_that_do(tmp_path):
    rng = np.random.default_rng(0)
    # Some inputs hardly vary, so their weights are a thousand times others.
    plain = rng.normal(size=(200, 200))
    sizes = 10.0 ** rng.uniform(-3, 0, size=200)
    for axis, kernel in enumerate((plain * sizes, plain * sizes[:, None])):
        (found,) = store_dense(tmp_path, [np.float32(kernel)])
        step = np.abs(kernel).max(axis=axis, keepdims=True) / 127
        assert (np.abs(found - kernel) <= step / 2 * 1.001).all()


def test_another_dtype_is_refused(tmp_path):
    with pytest.raises(ValueError, match="dtype='int4'"):
        store(tmp_path / "a", tmp_path / "b", "int4")
    assert not (tmp_path / "b").exists()
