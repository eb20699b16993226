"""Scores of presets on a small corpus, against arrays read another way."""

import numpy as np
import pytest
from sklearn import metrics

from emoaff.data.recordings import load_recordings
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.preset_scoring import evaluate
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.preset_scoring import fit_postprocess
from emoaff.evaluation.scores import Bootstrap
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import ccc
from tests.evaluation.small_scores import colours
from tests.evaluation.small_scores import linear
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model


def test_ccc_of_single_pictures_is_that_of_audmetric(affect, evaluation, truth):
    predicted = np.clip(linear(affect, colours(truth["image"])), -1, 1)
    for d, name in enumerate(("arousal", "valence")):
        np.testing.assert_allclose(
            evaluation.predictions[name], predicted[:, d], atol=1e-5
        )
        expected = ccc(truth[name], predicted[:, d])
        got = evaluation.table.value("ccc", name)
        assert got == pytest.approx(expected, abs=1e-5)
        assert abs(got) > 1e-3
    facts = evaluation.table.facts
    assert facts["model"] == "affect" and facts["recordings"] == 3
    assert "(24x24), resized to 24x24 (area)" in facts["preprocessing"]
    # Every fifth frame has no label.
    assert facts["frames of valence"]["unlabelled"] == (
        np.isnan(truth["valence"]).sum()
    )


def test_classes_are_scored_as_scikit_learn_does(tmp_path, data_dir, truth):
    model = still_model({"expression": dense(7, activation="softmax")})
    preset = saved(tmp_path / "e", model, classes("affectnet_7"))
    evaluation = evaluate(preset, "small", SPLIT, data_dir)
    answers = linear(preset, colours(truth["image"])).argmax(axis=1)
    known = truth["expression"] >= 0
    labelled, answers = truth["expression"][known], answers[known]
    table = evaluation.table
    assert table.value("accuracy") == pytest.approx(
        metrics.accuracy_score(labelled, answers)
    )
    assert table.value("uar") == pytest.approx(
        metrics.recall_score(
            labelled, answers, average="macro", zero_division=0
        )
    )
    assert table.value("accuracy") > 0
    assert table.confusion["counts"] == (
        metrics.confusion_matrix(labelled, answers, labels=range(7)).tolist()
    )
    assert "classes" not in table.facts


def test_a_subset_is_scored_on_its_own_pictures(affect, data_dir, truth):
    recordings = load_recordings("small", SPLIT, data_dir).subset([1, 2])
    evaluation = evaluate_recordings(affect, recordings)
    expected = np.clip(linear(affect, colours(truth["image"]))[28:], -1, 1)
    np.testing.assert_allclose(
        evaluation.predictions["valence"], expected[:, 1], atol=1e-5
    )


def test_intervals_are_those_of_the_bootstrap_given(
    affect, data_dir, evaluation
):
    bootstrap = Bootstrap(draws=2, seed=3)
    got = evaluate(affect, "small", SPLIT, data_dir, bootstrap=bootstrap).table
    people = ("person 0", "person 0", "person 1")
    (scores,) = evaluation.scores
    assert got.rows == scores.table(bootstrap, people).rows
    # Not recordings, of which there are three; nor 1000 draws.
    assert got.rows != scores.table(bootstrap).rows
    assert got.rows != evaluation.table.rows
    assert got.facts["interval"] == bootstrap.describe("subjects", 2)


def even(values):
    """The frames laid out by hand: two are missing after the ninth."""
    return np.insert(np.float64(values), [9, 9], np.nan, axis=0)


def test_post_processing_keeps_the_gaps(
    affect, data_dir, evaluation, truth, tmp_path
):
    chain = fit_postprocess(
        affect, "small", SPLIT, data_dir, steps=("median", "shift")
    )
    assert chain.rate_hz == pytest.approx(25.0)
    names = ("valence", "arousal")
    predicted = np.stack([evaluation.predictions[n] for n in names], axis=1)
    recording = np.repeat([0, 1, 2], [30, 5, 21])
    by_hand = CoursePostprocessor(("median", "shift")).fit(
        even(np.stack([truth[n] for n in names], axis=1)),
        even(predicted),
        recording,
        25.0,
    )
    assert chain.describe() == by_hand.describe()
    assert any(step.kept for step in chain.chains["valence"])
    chain.save(tmp_path / "chain.json")
    got = evaluate(
        affect, "small", SPLIT, data_dir, postprocess=tmp_path / "chain.json"
    )
    expected = by_hand.apply(even(predicted), recording)
    expected = np.delete(expected, [9, 10], axis=0)
    for d, name in enumerate(names):
        np.testing.assert_allclose(
            got.predictions[name], expected[:, d], atol=1e-9
        )
        assert got.table.value("ccc", name) == pytest.approx(
            ccc(truth[name], expected[:, d])
        )
    assert "kept" in got.table.facts["post-processing"]


def fitted(rate_hz=25.0, dimensions=("valence",)):
    walk = np.sin(np.arange(40.0))[:, None]
    chain = CoursePostprocessor(("centre",), dimensions=dimensions)
    walk = np.repeat(walk, len(dimensions), axis=1)
    return chain.fit(walk, walk + 0.5, np.zeros(40, int), rate_hz)


def test_post_processing_of_another_rate_is_refused(affect, data_dir):
    with pytest.raises(ValueError, match="at 10 a second.*Received: 25"):
        evaluate(affect, "small", SPLIT, data_dir, postprocess=fitted(10.0))


def test_post_processing_of_what_is_not_put_out_is_refused(
    tmp_path, data_dir, affect
):
    chain = fitted(dimensions=("liking",))
    with pytest.raises(ValueError, match="post-processing of liking"):
        evaluate(affect, "small", SPLIT, data_dir, postprocess=chain)


@pytest.mark.parametrize("split", ["test", "Test[:3]"])
def test_post_processing_is_not_tuned_on_a_test_split(affect, split):
    with pytest.raises(ValueError, match="validation split"):
        fit_postprocess(affect, "small", split, "nowhere")
