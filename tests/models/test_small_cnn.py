import keras
import numpy as np
import pytest

from emoaff.models import build_small_cnn


@pytest.mark.parametrize(
    ("normalization", "extra"),
    [
        # gamma, beta and two averages, or a bias, for 16 + 32 + 64 channels
        ("batch", 4 * 112),
        ("none", 112),
    ],
)
def test_parameter_count_by_hand(normalization, extra):
    model = build_small_cnn(normalization=normalization)
    kernels = 9 * (3 * 16 + 16 * 32 + 32 * 64)
    # 48 halved three times is 6, pooled 3.
    dense = 3 * 3 * 64 * 64 + 64
    assert model.count_params() == kernels + extra + dense
    norms = [x for x in model.layers if "_bn" in x.name]
    assert len(norms) == (3 if normalization == "batch" else 0)


def test_sizes_are_the_callers():
    model = build_small_cnn((40, 24), width=4, features=5, name="mine")
    assert model.name == "mine"
    assert model.input_shape == (None, 40, 24, 3)
    assert model.output_shape == (None, 5)
    assert model.get_layer("conv3").filters == 16


def test_it_learns_where_a_spot_is():
    rng = np.random.default_rng(0)
    faces = rng.uniform(0, 60, (64, 16, 16, 3)).astype("float32")
    side = rng.integers(0, 2, 64)
    for face, right in zip(faces, side, strict=True):
        face[6:10, 10 * right + 1 : 10 * right + 5] = 200
    encoder = build_small_cnn(16, 4, 8)
    head = keras.layers.Dense(2)(encoder.output)
    model = keras.Model(encoder.input, head)
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    model.fit(faces, side, batch_size=16, epochs=20, verbose=0)
    got = np.argmax(model(faces), -1)
    assert np.mean(got == side) > 0.95


def test_keras_file_round_trip(tmp_path):
    model = build_small_cnn(16)
    faces = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3))
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(revived(faces), model(faces))


def test_an_unknown_normalization_is_refused():
    with pytest.raises(ValueError, match="Received: normalization='layer'"):
        build_small_cnn(normalization="layer")
