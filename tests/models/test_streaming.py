import keras
import numpy as np
import pytest

from emoaff.models.affwildnet import build_affwildnet
from emoaff.models.emo_affectnet import build_emo_affectnet_lstm
from emoaff.models.rangulov import build_rangulov_gru
from emoaff.models.sequence_parts import split
from emoaff.models.streaming import streaming
from emoaff.models.streaming import zero_states
from emoaff.training import publishing
from tests import small_presets
from tests.models import small_heads
from tests.models.small_heads import one_by_one
from tests.models.small_heads import shaken

FACES = small_heads.features()
HEADS = {"affect": ("valence", "arousal"), "expression": "affectnet_7"}


def sequence(*hidden, width=6, frames=None):
    """A head of these layers and two outputs."""
    inputs = keras.Input((frames, width))
    x = inputs
    for layer in hidden:
        x = layer(x)
    return shaken(keras.Model(inputs, {"va": keras.layers.Dense(2)(x)}))


def follows(head, faces=FACES, **rows):
    """Whether the step answers each frame as the head the sequence so far."""
    got, _ = one_by_one(streaming(head), faces)
    expected = rows or head(faces)
    if not isinstance(expected, dict):
        expected = {head.output_names[0]: expected}
    assert got.keys() == expected.keys()
    for name, values in expected.items():
        assert np.std(values) > 0.01
        np.testing.assert_allclose(got[name], values, atol=1e-6, err_msg=name)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temporal": "gru"},
        {"heads": HEADS, "dropout": 0.5, "frames": 60},
        {"temporal": None},
    ],
)
def test_frame_by_frame_is_the_sequence(options):
    _, head = split(small_heads.clips(**options))
    follows(head)


def test_affwildnet_resets_before_the_product():
    _, head = split(build_affwildnet("resnet50", frames=None))
    follows(shaken(head, scale=0.1), small_heads.features(width=2048))


@pytest.mark.parametrize("cell", ["gru", "lstm", "simple_rnn"])
def test_a_head_of_the_last_step_answers_for_each_sequence_so_far(cell):
    head = build_rangulov_gru(None, 6, cell=cell, units=(4, 3))
    shaken(head)
    faces = FACES[:, :12]
    each = [head(faces[:, : t + 1]) for t in range(12)]
    follows(head, faces, valence_arousal=np.stack(each, axis=1))


def test_a_masked_frame_leaves_the_memory_as_it_was():
    head = shaken(build_emo_affectnet_lstm(None, 6), scale=0.1)
    faces = FACES[:, :12].copy()
    faces[0, :2] = 0
    faces[1, 4:7] = 0
    each = [head(faces[:, : t + 1]) for t in range(12)]
    follows(head, faces, expression=np.stack(each, axis=1))
    got, _ = one_by_one(streaming(head), faces)
    held = got["expression"][1, 3:7]
    np.testing.assert_array_equal(held, np.broadcast_to(held[0], held.shape))


def test_layers_around_the_memory():
    head = sequence(
        keras.layers.Masking(-1.0),
        keras.layers.GaussianNoise(0.1),
        keras.layers.Dense(5, "relu", name="features"),
        keras.layers.BatchNormalization(),
        keras.layers.GRU(4, return_sequences=True, dropout=0.5),
        keras.layers.LayerNormalization(),
        keras.layers.TimeDistributed(keras.layers.Dense(3)),
        keras.layers.LeakyReLU(),
    )
    faces = FACES.copy()
    faces[2, 5] = -1
    follows(head, faces)


def test_branches_meet_again():
    inputs = keras.Input((None, 6))
    x = keras.layers.LSTM(4, return_sequences=True)(inputs)
    x = keras.layers.Concatenate()([x, inputs])
    x = keras.layers.Add()([x, keras.layers.Dense(10)(x)])
    follows(shaken(keras.Model(inputs, x)))


def test_a_published_preset_of_one_frame(tmp_path):
    model = small_heads.clips(heads="affectnet_7", logits=True)
    shipped = publishing.add_probabilities(model, "expression", "net")
    outputs = small_presets.classes("affectnet_7")
    preset = small_presets.saved(tmp_path / "net", shipped, outputs)
    _, head = split(preset.model)
    follows(head)


def test_people_of_a_batch_do_not_meet():
    _, head = split(small_heads.clips())
    step = streaming(head)
    together, states = one_by_one(step, FACES)
    for i in range(len(FACES)):
        alone, own = one_by_one(step, FACES[i : i + 1])
        np.testing.assert_allclose(
            alone["arousal_valence"][0],
            together["arousal_valence"][i],
            atol=1e-6,
        )
        for name in states:
            np.testing.assert_allclose(own[name][0], states[name][i], atol=1e-6)


def test_states_are_named_after_their_layers():
    _, head = split(small_heads.clips())
    step = streaming(head)
    states = zero_states(step, 2)
    shapes = {name: x.shape for name, x in states.items()}
    assert shapes == {
        "lstm_1_h": (2, 5),
        "lstm_1_c": (2, 5),
        "lstm_2_h": (2, 4),
        "lstm_2_c": (2, 4),
    }
    assert all(not x.any() and x.dtype == "float32" for x in states.values())
    assert set(step.output) == {*states, "arousal_valence"}


def test_the_state_h_is_what_a_layer_puts_out():
    inputs = keras.Input((None, 6))
    x = keras.layers.LSTM(4, return_sequences=True, name="lstm_1")(inputs)
    step = streaming(shaken(keras.Model(inputs, {"answer": x})))
    answers, states = one_by_one(step, FACES[:, :5])
    np.testing.assert_array_equal(states["lstm_1_h"], answers["answer"][:, -1])
    assert np.abs(states["lstm_1_c"] - states["lstm_1_h"]).max() > 0.1


def test_weights_are_copies():
    _, head = split(small_heads.clips())
    step = streaming(head)
    before, _ = one_by_one(step, FACES[:, :3])
    shaken(head, seed=5)
    after, _ = one_by_one(step, FACES[:, :3])
    np.testing.assert_array_equal(
        before["arousal_valence"], after["arousal_valence"]
    )
    assert step.trainable_weights == []


def windows(faces, size):
    """Each frame's window, the first frame repeated in front."""
    padded = np.concatenate([faces[:, :1]] * (size - 1) + [faces], axis=1)
    count = faces.shape[1]
    return np.stack([padded[:, t : t + size] for t in range(count)], axis=1)


@pytest.mark.parametrize("size", [1, 10, 40])
def test_a_window_form_answers_as_the_head_its_window(size):
    head = shaken(build_emo_affectnet_lstm(None, 6), scale=0.1)
    got, states = one_by_one(streaming(head, size), FACES)
    cut = windows(FACES, size)
    expected = head.predict_on_batch(cut.reshape(-1, size, 6))
    np.testing.assert_allclose(
        got["expression"], expected.reshape(3, 60, 7), atol=1e-6
    )
    np.testing.assert_array_equal(states["count"], np.full((3, 1), 60))
    np.testing.assert_array_equal(states["recent"], cut[:, -1])


def test_a_window_form_of_a_head_that_answers_every_frame():
    _, head = split(small_heads.clips(frames=5, heads=HEADS))
    got, _ = one_by_one(streaming(head, 5), FACES[:, :8])
    cut = windows(FACES[:, :8], 5)
    for t in range(8):
        expected = head(cut[:, t])
        for name in HEADS:
            np.testing.assert_allclose(
                got[name][:, t], expected[name][:, -1], atol=1e-6
            )


def test_a_window_form_takes_layers_over_time():
    head = sequence(
        keras.layers.Bidirectional(keras.layers.LSTM(3), name="both"), frames=4
    )
    got, _ = one_by_one(streaming(head, 4), FACES[:, :6])
    expected = head(FACES[:, 2:6])["va"]
    np.testing.assert_allclose(got["va"][:, 5], expected, atol=1e-6)


def test_a_person_may_come_later():
    head = shaken(build_emo_affectnet_lstm(None, 6), scale=0.1)
    step = streaming(head, 4)
    _, states = one_by_one(step, FACES[:, :7])
    fresh = zero_states(step, 3)
    for name in states:
        states[name][1] = fresh[name][1]
    newest = FACES[:, 7]
    got = step.predict_on_batch({"features": newest, **states})["expression"]
    first = np.repeat(newest[1:2, np.newaxis], 4, axis=1)
    np.testing.assert_allclose(got[1:2], head(first), atol=1e-6)
    np.testing.assert_allclose(got[:1], head(FACES[:1, 4:8]), atol=1e-6)


@pytest.mark.parametrize("window", [None, 6])
def test_keras_file_round_trip(window, tmp_path):
    head = shaken(build_emo_affectnet_lstm(None, 6), scale=0.1)
    step = streaming(head, window)
    step.save(tmp_path / "step.keras")
    revived = keras.saving.load_model(tmp_path / "step.keras")
    faces = FACES[:, :4]
    got, expected = one_by_one(revived, faces), one_by_one(step, faces)
    keras.tree.map_structure(np.testing.assert_array_equal, got, expected)


TWICE = keras.layers.Dense(6, name="twice")


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            keras.layers.Bidirectional(keras.layers.LSTM(3), name="both"),
            r"'both' \(Bidirectional, which looks at more than one frame\)",
        ),
        (keras.layers.GlobalAveragePooling1D(name="pool"), "layer 'pool'"),
        (keras.layers.Conv1D(3, 3, padding="causal", name="conv"), "'conv'"),
        (keras.layers.Softmax(axis=1, name="over"), "'over'.*over axis 1"),
        (keras.layers.GRU(3, go_backwards=True), "go_backwards=True"),
        (lambda x: TWICE(TWICE(x)), "'twice' .*used more than once"),
        (lambda x: x[:, -1], "comes of an operation that is no layer"),
        (
            lambda x: keras.layers.MultiHeadAttention(1, 2, name="mha")(x, x),
            "'mha'",
        ),
    ],
)
def test_what_cannot_be_streamed_is_named(layer, message):
    with pytest.raises(ValueError, match=message):
        streaming(sequence(layer))


@pytest.mark.parametrize(
    ("model", "window", "message"),
    [
        (small_heads.encoder, None, r"takes \(None, 8, 8, 3\)"),
        (lambda: build_rangulov_gru(10, 6), 5, "window of 10, as"),
        (lambda: build_rangulov_gru(None, 6), 0, "Received: window=0"),
    ],
)
def test_what_is_no_head_or_no_window_is_said(model, window, message):
    with pytest.raises(ValueError, match=message):
        streaming(model(), window)
