import types

import keras
import numpy as np
import pytest

from emoaff.metrics.whole_signals import compute_ccc
from emoaff.models.sequence_parts import split
from emoaff.models.streaming import streaming
from emoaff.models.streaming import zero_states
from emoaff.training.affect_heads import build_heads
from emoaff.training.affect_heads import clip_means
from emoaff.training.affect_heads import heads_loss
from emoaff.training.affect_heads import join_heads
from emoaff.training.affect_heads import mean_of_heads


def settings(**more):
    return types.SimpleNamespace(
        **{
            "heads": 2,
            "dense": 5,
            "temporal": "lstm",
            "units": 4,
            "dropout": 0.5,
            "dropout_heads": 0.5,
            **more,
        }
    )


def encoder(size=6):
    inputs = keras.Input((size, size, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, keras.layers.Rescaling(0.01)(x))


def joined(heads=2, temporal="lstm"):
    head = build_heads(3, settings(heads=heads, temporal=temporal))
    image = encoder()
    classes = keras.layers.Dense(4, activation="softmax", name="old")
    expected = classes(keras.Input((3,)))
    assert expected.shape == (None, 4)
    scaling = np.float32([1.0, 1.2, 0.8]), np.float32([0.5, 2.0, 1.5])
    model = join_heads(head, image, classes, scaling, "both")
    return head, image, classes, scaling, model


def test_the_expression_is_read_from_the_first_features_alone():
    inputs = keras.Input((6, 6, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    wide = keras.Model(inputs, keras.layers.Concatenate()([x, x * 9]))
    classes = keras.layers.Dense(4, activation="softmax", name="old")
    classes.build((None, 3))
    head, scaling = build_heads(6, settings()), (np.zeros(6), np.ones(6))
    model = join_heads(head, wide, classes, scaling, "both")
    pictures = np.random.default_rng(0).uniform(0, 1, (1, 2, 6, 6, 3))
    expected = classes(pictures.mean(axis=(2, 3)).astype("float32"))
    said = model(pictures.astype("float32"))["expression"]
    np.testing.assert_allclose(said, expected, atol=1e-6)


def test_heads_can_take_turns_in_their_memory():
    heads = build_heads(3, settings(heads=3, temporal="lstm+gru"))
    kinds = [type(heads.get_layer(n)) for n in ("lstm_1", "gru_2", "lstm_3")]
    assert kinds == [keras.layers.LSTM, keras.layers.GRU, keras.layers.LSTM]


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("temporal", ["lstm", "gru", "lstm+gru", ""])
def test_joined_heads_answer_as_they_did_on_scaled_features(heads, temporal):
    head, image, classes, (mean, deviation), model = joined(heads, temporal)
    rng = np.random.default_rng(0)
    pictures = rng.uniform(0, 255, (2, 7, 6, 6, 3)).astype("float32")
    features = image(pictures.reshape(-1, 6, 6, 3)).numpy().reshape(2, 7, 3)
    answers = model(pictures)
    said = head((features - mean) / deviation)
    np.testing.assert_allclose(
        answers["valence_arousal"], mean_of_heads(said), atol=1e-5
    )
    np.testing.assert_allclose(
        answers["expression"], classes(features), atol=1e-6
    )


def test_joined_heads_go_on_from_frame_to_frame():
    *_, model = joined()
    pictures = np.random.default_rng(0).uniform(0, 255, (1, 9, 6, 6, 3))
    whole = model(pictures)
    image, head = split(model)
    step = streaming(head)
    states = zero_states(step, 1)
    for number in range(9):
        seen = image(pictures[:, number])
        out = step.predict_on_batch({"features": np.array(seen), **states})
        states = {name: out[name] for name in states}
        for name in ("expression", "valence_arousal"):
            np.testing.assert_allclose(
                out[name], whole[name][:, number], atol=1e-5
            )


def test_the_loss_is_of_frames_and_of_clips_of_each_head():
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.normal(size=(6, 1, 2)), 4, axis=1).astype("float32")
    labels[0, 2:] = np.nan
    answers = rng.normal(size=(2, 6, 4, 2)).astype("float32")
    expected = 0.0
    for head in answers:
        means = [
            [head[i, :, d][np.isfinite(labels[i, :, d])].mean() for d in (0, 1)]
            for i in range(6)
        ]
        for d in (0, 1):
            frames = compute_ccc(labels[..., d].ravel(), head[..., d].ravel())
            clips = compute_ccc(labels[:, 0, d], np.array(means)[:, d])
            expected += (2 - frames - clips) / 2
    named = {"a": keras.ops.array(answers[0]), "b": keras.ops.array(answers[1])}
    loss = heads_loss(keras.ops.array(labels), named)
    np.testing.assert_allclose(float(loss), expected, rtol=1e-5)


def test_a_clip_without_a_label_has_no_mean():
    values = keras.ops.ones((1, 3, 2))
    labels = keras.ops.full((1, 3, 2), np.nan)
    assert np.isnan(clip_means(values, labels)).all()
