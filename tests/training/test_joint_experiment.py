"""Two corpora of two kinds, each with labels for one head."""

import json

import numpy as np
import pytest
import tensorflow as tf

import emoaff
from emoaff import presets
from emoaff.losses import ConcordanceLoss
from emoaff.losses import WeightedCrossentropy
from emoaff.recipes.joint_heads import Config
from emoaff.training.joint_experiment import make_joint_loss
from tests.training import two_corpora

SETTINGS = {
    "dataset": "[small,ferplus]",
    "weights": "[1,2]",
    "backbone": "small_cnn",
    "start": "",
    "size": "32",
    "epochs": "1",
    "steps_per_epoch": "3",
    "batch_size": "12",
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield two_corpora.build(patch, tmp_path_factory.mktemp("two"))


def test_heads_that_only_some_corpora_label_train_in_one_run(
    data_dir, tmp_path
):
    lines, out = [], tmp_path / "run"
    folder = emoaff.train(
        "joint_heads", data_dir, out, SETTINGS, report=lines.append
    )
    said = " ".join(lines)
    assert "small: 4 of each batch" in said
    assert "ferplus: 8 of each batch" in said
    preset = presets.load_preset(folder)
    answers = preset.predict(np.zeros((2, 40, 40, 3), np.uint8))
    assert set(answers) == {"valence", "arousal", "expression"}
    np.testing.assert_allclose(answers["expression"].sum(axis=1), 1, 1e-5)
    history = preset.config["provenance"]["history"]
    assert {"score", "small ccc", "ferplus uar"} <= set(history[-1])
    assert "ferplus ccc" not in history[-1]
    last = history[-1]
    expected = np.mean([last["small ccc"], last["ferplus uar"]])
    assert last["score"] == pytest.approx(expected)
    (away,) = preset.config["provenance"]["away"]
    assert away.startswith("On ferplus, validation: uar ")
    stored = json.loads((out / "config.json").read_text())
    assert stored["dataset"] == "small,ferplus"


def test_a_label_that_is_missing_changes_nothing():
    rng = np.random.default_rng(0)
    affect = np.float32(rng.normal(size=(6, 2)))
    votes = np.float32(np.eye(8)[[0, 3, 5, 1, 2, 7]])
    affect[4:], votes[:3] = np.nan, np.nan
    said = {
        "valence_arousal": tf.constant(rng.normal(size=(6, 2)), tf.float32),
        "expression": tf.constant(rng.normal(size=(6, 8)), tf.float32),
    }
    loss = make_joint_loss(Config(head_weights=(1.0, 3.0)))
    got = loss(
        {
            "valence_arousal": tf.constant(affect),
            "expression": tf.constant(votes),
        },
        said,
    )
    one = ConcordanceLoss()(
        affect[np.newaxis, :4], said["valence_arousal"][np.newaxis, :4]
    )
    other = WeightedCrossentropy()(votes[3:], said["expression"][3:])
    np.testing.assert_allclose(got, one + 3 * other, rtol=1e-5)


def test_a_head_that_nobody_labels_is_refused(data_dir, tmp_path):
    settings = {**SETTINGS, "dataset": "small", "weights": "[]"}
    with pytest.raises(ValueError, match="head expression in one of small"):
        emoaff.train("joint_heads", data_dir, tmp_path / "run", settings)
    assert not (tmp_path / "run").exists()
