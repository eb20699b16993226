import keras
import numpy as np
import pytest

from emoaff.models.cnn_lstm import build_cnn_lstm
from emoaff.models.heads import Head
from emoaff.models.heads import parse

VIDEO = np.random.default_rng(0).uniform(0, 255, (2, 4, 8, 8, 3))
VIDEO = VIDEO.astype("float32")


def tiny():
    image = keras.Input((8, 8, 3))
    x = keras.layers.Rescaling(1 / 255)(image)
    x = keras.layers.Conv2D(5, 3)(x)
    x = keras.layers.BatchNormalization()(x)
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(x))


def small(**kwargs):
    return build_cnn_lstm(
        **{"backbone": tiny(), "temporal_units": (4, 3), **kwargs}
    )


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ("arousal_valence", ("arousal_valence", "dimensional", "arousal")),
        ("valence_arousal", ("valence_arousal", "dimensional", "valence")),
        (["valence"], ("valence", "dimensional", "valence")),
        ("ferplus", ("expression", "categorical", "neutral")),
        ("ramas", ("expression", "multi_label", "angry")),
        (2, ("expression", "categorical", "class_0")),
        (
            {"x": Head("multi_label", ["a", "b"])},
            ("x", "multi_label", "a"),
        ),
    ],
)
def test_a_head_by_any_name(heads, expected):
    ((name, head),) = parse(heads).items()
    assert (name, head.kind, head.names[0]) == expected


def test_an_activation_of_ones_own():
    bounded = Head("dimensional", ("arousal", "valence"), "tanh")
    model, plain = small(heads=bounded), small()
    plain.set_weights(model.get_weights())
    assert model.output_names == ["arousal_valence"]
    np.testing.assert_allclose(model(VIDEO), np.tanh(plain(VIDEO)), atol=1e-6)


def test_an_unknown_kind_of_head_is_refused():
    with pytest.raises(ValueError, match="Received: kind='ordinal'"):
        Head("ordinal", ("low", "high"))
