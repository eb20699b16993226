"""What is scored where preset and corpus differ."""

import math

import numpy as np
import pytest
from sklearn import metrics

from emoaff import labels
from emoaff.evaluation.preset_scoring import evaluate
from tests.data.small_corpus import pixels
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import colours
from tests.evaluation.small_scores import linear
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model


def test_other_classes_are_scored_where_both_sides_have_them(
    tmp_path, data_dir, truth
):
    # The corpus (affectnet_7) has fear, which the model does not know; the
    # model has contempt, which the corpus does not.
    space = labels.LabelSpace(
        "mine", ("anger", "contempt", "happy", "neutral", "sad")
    )
    model = still_model({"expression": dense(5, activation="softmax")})
    preset = saved(tmp_path / "mine", model, classes(space))
    table = evaluate(preset, "small", SPLIT, data_dir).table
    answers = linear(preset, colours(truth["image"]))
    answers = np.array([3, 2, 4, 0])[answers[:, [3, 2, 4, 0]].argmax(axis=1)]
    own = np.array([3, 2, 4, -1, -1, -1, 0, -1])[truth["expression"]]
    assert table.confusion["classes"] == [
        "neutral",
        "happiness",
        "sadness",
        "anger",
    ]
    assert table.value("accuracy") == pytest.approx(
        metrics.accuracy_score(own[own >= 0], answers[own >= 0])
    )
    assert "the model's contempt left out" in table.facts["classes"]
    assert "surprise, fear, disgust not scored" in table.facts["classes"]


def test_no_shared_class_is_refused(tmp_path, data_dir):
    space = labels.LabelSpace("mine", ("bored", "keen"))
    model = still_model({"expression": dense(2, activation="softmax")})
    preset = saved(tmp_path / "mine", model, classes(space))
    with pytest.raises(ValueError, match="bored, keen of the model"):
        evaluate(preset, "small", SPLIT, data_dir)


def test_several_classes_at_once_are_scored_each(tmp_path, monkeypatch):
    examples = list(segments(0, range(16)))
    small_video(
        monkeypatch,
        tmp_path,
        {SPLIT: examples},
        left_out=["expression"],
        LABEL_SPACE=None,
        metadata={"classes": ["odd", "always", "never"]},
    )
    space = labels.LabelSpace("small", ("odd", "always", "never"))
    model = still_model({"emotions": dense(3, activation="sigmoid")})
    outputs = classes(space, "probabilities of each", "emotions")
    preset = saved(tmp_path / "each", model, outputs)
    table = evaluate(preset, "small", SPLIT, tmp_path).table
    images = np.stack([pixels(0, f) for f in range(16)])
    said = linear(preset, colours(images)) >= 0  # of logits
    odd = np.arange(16) % 2 == 1
    assert table.value("f1_of_each", "odd") == pytest.approx(
        metrics.f1_score(odd, said[:, 0])
    )
    assert table.value("f1_of_each", "always") == pytest.approx(
        metrics.f1_score(np.ones(16), said[:, 1])
    )
    assert math.isnan(table.value("f1_of_each", "never"))
    # On even frames exactly one class holds: "always".
    hits = linear(preset, colours(images))[~odd].argmax(axis=1) == 1
    assert table.value("accuracy") == pytest.approx(hits.mean())


def test_nothing_in_common_says_what_either_has(affect, tmp_path, monkeypatch):
    examples = list(segments(0, range(4)))
    left_out = ["valence", "arousal", "emotions"]
    small_video(monkeypatch, tmp_path, {SPLIT: examples}, left_out=left_out)
    message = "puts out arousal, valence; .* has labels of expression"
    with pytest.raises(ValueError, match=message):
        evaluate(affect, "small", SPLIT, tmp_path)


def test_no_labels_at_all_is_refused(affect, tmp_path, monkeypatch):
    examples = list(segments(0, range(4)))
    left_out = ["valence", "arousal", "emotions", "expression"]
    small_video(monkeypatch, tmp_path, {SPLIT: examples}, left_out=left_out)
    with pytest.raises(ValueError, match="has none among 4"):
        evaluate(affect, "small", SPLIT, tmp_path)
