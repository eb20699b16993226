"""Scores of presets on a small corpus, against arrays read another way."""

import json
import math
import shutil

import audmetric
import keras
import numpy as np
import pytest
from sklearn import metrics

import emoaff_cli
from emoaff import corpora
from emoaff import labels
from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.preset_scoring import evaluate
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.evaluation.preset_scoring import fit_postprocess
from emoaff.evaluation.scores import Bootstrap
from tests.data.small_corpus import pixels
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.small_presets import AFFECT
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import feature_model
from tests.small_presets import saved
from tests.small_presets import still_model
from tests.small_presets import window_model

# Recordings of 30 frames (9 and 10 missing), 5 and 21; see `small_video`.
RUNS = (range(9), range(9, 28), range(28, 33), range(33, 54))
RECORDING = np.repeat([0, 1, 2], [28, 5, 21])
SPLIT = "validation"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("corpus")
        gap = [f for f in range(30) if f not in (9, 10)]
        frames = (gap, range(5), range(21))
        examples = [e for n, f in enumerate(frames) for e in segments(n, f)]
        small_video(patch, folder, {SPLIT: examples}, left_out=["emotions"])
        yield folder


@pytest.fixture(scope="module")
def truth(data_dir):
    """Pictures and labels of all frames, as TFDS reads them."""
    examples = list(corpora.load("small", SPLIT, data_dir).as_numpy_iterator())
    frames = [example["frames"] for example in examples]
    return {k: np.concatenate([f[k] for f in frames]) for k in frames[0]}


@pytest.fixture(scope="module")
def affect(tmp_path_factory):
    model = still_model({"arousal_valence": dense(2)})
    return saved(tmp_path_factory.mktemp("presets") / "affect", model, AFFECT)


@pytest.fixture(scope="module")
def evaluation(affect, data_dir):
    return evaluate(affect, "small", SPLIT, data_dir)


def colours(images):
    """What `tests.small_presets.mean_colour` makes of pictures."""
    return images.astype(np.float64).mean(axis=(1, 2)) / 100


def linear(preset, features):
    """The last layer's answers, in NumPy."""
    kernel, bias = [np.float64(w) for w in preset.model.get_weights()]
    return features @ kernel + bias


def ccc(truth, prediction):
    known = np.isfinite(truth) & np.isfinite(prediction)
    return audmetric.concordance_cc(truth[known], prediction[known])


def windows_by_hand(model, x, frames, stride, one_answer=False, runs=RUNS):
    """Means over the windows of each run, the last filled up."""
    windows = []
    for run in map(list, runs):
        start = 0
        while not start or start - stride + frames < len(run):
            windows.append(run[start : start + frames])
            start += stride
    filled = [w + [w[-1]] * (frames - len(w)) for w in windows]
    answers = model(x[np.array(filled)].astype("float32"), training=False)
    answers = np.float64(answers["arousal_valence"])
    total, count = np.zeros((len(x), 2)), np.zeros((len(x), 1))
    for rows, answer in zip(windows, answers, strict=True):
        total[rows] += answer if one_answer else answer[: len(rows)]
        count[rows] += 1
    return np.divide(total, count, np.full_like(total, np.nan), where=count > 0)


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


def knowing_its_prior(folder, shares):
    """A preset of pictures that knows the shares of its training data."""
    outputs = classes("affectnet_7")
    outputs["expression"]["class_prior"] = shares
    model = still_model({"expression": dense(7, activation="softmax")})
    return saved(folder, model, outputs)


def test_scores_are_those_for_the_prior_that_is_asked_for(
    tmp_path, data_dir, truth, capsys
):
    shares = [0.1, 0.05, 0.05, 0.05, 0.4, 0.3, 0.05]
    preset = knowing_its_prior(tmp_path / "e", shares)
    logits = linear(preset, colours(truth["image"]))
    answers = (logits - np.log(shares)).argmax(axis=1)
    assert (answers != logits.argmax(axis=1)).any()
    known = truth["expression"] >= 0
    expected = metrics.accuracy_score(
        truth["expression"][known], answers[known]
    )
    even = evaluate(preset.with_prior("uniform"), "small", SPLIT, data_dir)
    assert even.table.value("accuracy") == pytest.approx(expected)
    assert even.facts["prior"] == "uniform"
    assert "prior" not in evaluate(preset, "small", SPLIT, data_dir).facts
    assert command(preset.path, data_dir, "--prior", "uniform") == 0
    assert capsys.readouterr().out == even.to_text() + "\n"


def test_a_card_tells_the_scores_of_the_preset_as_it_is(
    tmp_path, data_dir, capsys
):
    preset = knowing_its_prior(tmp_path / "e", [1 / 7] * 7)
    more = ["--prior", "neutral=.4", "--card"]
    assert command(preset.path, data_dir, *more) == 2
    assert "no --prior with --card" in capsys.readouterr().err


def test_pictures_are_resized_by_the_presets_own_filter(
    tmp_path, data_dir, truth
):
    # Two in three pixels of a row count nothing, so the filter matters.
    mask = np.zeros((8, 8, 3), "float32")
    mask[:, ::3] = 1.0
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Normalization(mean=0.0, variance=1.0)(inputs)
    x = keras.layers.Flatten()(x)
    head = keras.layers.Dense(2, use_bias=False)
    outputs = head(keras.layers.Rescaling(1e-4)(x))
    model = keras.Model(inputs, {"arousal_valence": outputs})
    head.set_weights([np.stack([mask.ravel()] * 2, axis=1)])
    preset = saved(
        tmp_path / "small", model, AFFECT, input={"size": 8, "range": [0, 255]}
    )
    got = evaluate(preset, "small", SPLIT, data_dir).predictions["arousal"]
    # Area: the mean of 3 x 3 pixels, rounded.
    small = truth["image"].reshape(-1, 8, 3, 8, 3, 3).mean(axis=(2, 4))
    expected = (np.round(small) * mask).sum(axis=(1, 2, 3)) * 1e-4
    np.testing.assert_allclose(got, np.clip(expected, -1, 1), atol=5e-3)


@pytest.mark.parametrize("stride", [None, 3])
def test_windows_are_averaged_where_they_overlap(
    tmp_path, data_dir, truth, stride
):
    preset = saved(
        tmp_path / "w", window_model(8), AFFECT, sampling={"window": 8}
    )
    evaluation = evaluate(preset, "small", SPLIT, data_dir, stride=stride)
    expected = windows_by_hand(
        preset.model,
        truth["image"],
        8,
        stride or 4,  # half a window
    )
    got = evaluation.predictions
    np.testing.assert_allclose(got["arousal"], expected[:, 0], atol=1e-5)
    np.testing.assert_allclose(got["valence"], expected[:, 1], atol=1e-5)
    assert f"8 frames, stride {stride or 4}" in evaluation.facts["windows"]
    assert evaluation.table.value("ccc", "valence") == pytest.approx(
        ccc(truth["valence"], expected[:, 1]), abs=1e-5
    )


def test_windows_longer_than_every_recording_are_filled_up(
    tmp_path, data_dir, truth
):
    preset = saved(
        tmp_path / "w", window_model(40), AFFECT, sampling={"window": 40}
    )
    evaluation = evaluate(preset, "small", SPLIT, data_dir)
    expected = windows_by_hand(preset.model, truth["image"], 40, 20)
    np.testing.assert_allclose(
        evaluation.predictions["valence"], expected[:, 1], atol=1e-5
    )
    assert "4 of 4 filled up with copies" in evaluation.facts["windows"]


def test_one_answer_a_window_goes_to_all_its_frames(tmp_path, data_dir, truth):
    preset = saved(
        tmp_path / "w", window_model(6, True), AFFECT, sampling={"window": 6}
    )
    got = evaluate(preset, "small", SPLIT, data_dir, stride=2).predictions
    expected = windows_by_hand(preset.model, truth["image"], 6, 2, True)
    np.testing.assert_allclose(got["arousal"], expected[:, 0], atol=1e-5)


def test_a_model_of_fewer_frames_a_second_sees_fewer(tmp_path, data_dir, truth):
    sampling = {"window": 3, "rate_hz": 5.0}  # of 25
    preset = saved(tmp_path / "w", window_model(3), AFFECT, sampling=sampling)
    evaluation = evaluate(preset, "small", SPLIT, data_dir)
    # Frames 0, 5, 15, 20, 25 of the first: 10 has no face, so it is a gap.
    seen = [[0, 5], [13, 18, 23], [28], [33, 38, 43, 48, 53]]
    expected = windows_by_hand(preset.model, truth["image"], 3, 1, runs=seen)
    rows = np.arange(54)
    sampled = np.unique(np.concatenate(seen))
    before = sampled[np.searchsorted(sampled, rows, "right") - 1]
    np.testing.assert_array_equal(RECORDING[before], RECORDING)
    np.testing.assert_allclose(
        evaluation.predictions["valence"], expected[before, 1], atol=1e-5
    )
    assert "about 5 frames a second" in evaluation.facts["windows"]


def features_preset(tmp_path, image, frames=4, **input_):
    described = {
        "kind": "features",
        "features_from": str(image.path),
        "features_sha256": image.config["weights"]["sha256"],
        "size": image.size,
        **input_,
    }
    return saved(
        tmp_path / "gru",
        feature_model(frames),
        AFFECT,
        input=described,
        sampling={"window": frames, "rule": "one_step_ahead"},
    )


def test_features_of_another_preset_foretell_the_frame_after(
    tmp_path, affect, data_dir, truth
):
    preset = features_preset(tmp_path, affect)
    got = evaluate(preset, "small", SPLIT, data_dir).predictions["arousal"]
    features = colours(truth["image"]).astype("float32")
    starts = np.concatenate([list(run)[:-4] for run in RUNS])
    answers = preset.model(features[starts[:, None] + np.arange(4)])
    expected = np.full(54, np.nan)
    expected[starts + 4] = answers["arousal_valence"][:, 0]
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert np.isnan(got).sum() == 4 * 4


def test_a_missing_feature_preset_is_named(tmp_path, affect, data_dir):
    preset = features_preset(tmp_path, affect, features_from="gone/preset")
    with pytest.raises(ValueError, match="expected in gone/preset. There is"):
        evaluate(preset, "small", SPLIT, data_dir)


def test_another_feature_preset_than_in_training_is_refused(
    tmp_path, affect, data_dir
):
    preset = features_preset(tmp_path, affect, features_sha256="0")
    with pytest.raises(ValueError, match="has other weights"):
        evaluate(preset, "small", SPLIT, data_dir)


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


def test_a_stride_for_single_pictures_is_refused(affect, data_dir):
    with pytest.raises(ValueError, match="Received: stride=2"):
        evaluate(affect, "small", SPLIT, data_dir, stride=2)


def test_people_are_drawn_and_have_a_table(evaluation, truth):
    assert "draws of subjects" in evaluation.table.facts["interval"]
    # Recordings 0 and 1 show person 0, recording 2 shows person 1.
    for name, rows in {
        "person 0": range(33),
        "person 1": range(33, 54),
    }.items():
        rows = list(rows)
        assert evaluation.by_subject.value(
            "ccc", "valence", name
        ) == pytest.approx(
            ccc(truth["valence"][rows], evaluation.predictions["valence"][rows])
        )
    third = truth["valence"][33:], evaluation.predictions["valence"][33:]
    assert evaluation.by_recording.value(
        "ccc", "valence", "clip 2"
    ) == pytest.approx(ccc(*third))


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
    bootstrap = Bootstrap(draws=1, seed=3)
    got = evaluate(affect, "small", SPLIT, data_dir, bootstrap=bootstrap).table
    people = ("person 0", "person 0", "person 1")
    (scores,) = evaluation.scores
    assert got.rows == scores.table(bootstrap, people).rows
    # Not recordings, of which there are three; nor 1000 draws.
    assert got.rows != scores.table(bootstrap).rows
    assert got.rows != evaluation.table.rows
    assert got.facts["interval"] == bootstrap.describe("subjects")


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


def command(preset, data_dir, *more):
    argv = ["evaluate", str(preset), "--dataset", "small", "--split", SPLIT]
    return emoaff_cli.main(
        [*argv, "--data-dir", str(data_dir), *map(str, more)]
    )


def test_the_command_prints_and_writes_what_evaluate_gives(
    affect, data_dir, tmp_path, capsys
):
    run = tmp_path / "run"
    shutil.copytree(affect.path, run / "preset")
    files = tmp_path / "scores.json", tmp_path / "scores.md"
    more = ["--json", files[0], "--markdown", files[1], "--recordings"]
    assert command(run, data_dir, *more, "--seed", 5) == 0
    preset = presets.load_preset(run / "preset")
    expected = evaluate(
        preset, "small", SPLIT, data_dir, bootstrap=Bootstrap(seed=5)
    )
    assert capsys.readouterr().out == expected.to_text(True) + "\n"
    assert files[1].read_text() == expected.to_markdown(True)
    assert "clip 2" in files[1].read_text()
    written = json.loads(files[0].read_text())
    assert written == json.loads(json.dumps(expected.to_dict()))
    assert {row["part"] for row in written["by_subject"]["rows"]} == {
        "person 0",
        "person 1",
    }


def test_the_command_fits_and_applies_post_processing(
    affect, data_dir, tmp_path, capsys
):
    file = tmp_path / "chain.json"
    assert command(affect.path, data_dir, "--fit-postprocess", file) == 0
    described = CoursePostprocessor.load(file).describe()
    assert capsys.readouterr().out.endswith(described + "\n")
    assert command(affect.path, data_dir, "--postprocess", file) == 0
    after = CoursePostprocessor.load(file).chains["valence"][-1]
    reached = after.after if after.kept else after.before
    printed = capsys.readouterr().out
    (line,) = [t for t in printed.splitlines() if t.startswith("ccc   ")][:1]
    assert f"{reached:.4f}" in line


def test_the_command_refuses_to_fit_on_a_test_split(affect, capsys):
    argv = ["evaluate", str(affect.path), "--dataset", "small", "--split"]
    argv += ["test", "--data-dir", "x", "--fit-postprocess", "y.json"]
    assert emoaff_cli.main(argv) == 2
    assert "validation split" in capsys.readouterr().err
