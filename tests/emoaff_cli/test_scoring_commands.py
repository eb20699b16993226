"""`emoaff evaluate` on a small corpus."""

import json
import shutil

import numpy as np
import pytest
from sklearn import metrics

import emoaff_cli
from emoaff import presets
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.evaluation.preset_scoring import evaluate
from emoaff.evaluation.scores import Bootstrap
from tests.evaluation import small_scores
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import colours
from tests.evaluation.small_scores import linear
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("corpus")
        small_scores.build_corpus(patch, folder)
        yield folder


@pytest.fixture(scope="module")
def truth(data_dir):
    return small_scores.read_truth(data_dir)


@pytest.fixture(scope="module")
def affect(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "affect"
    return small_scores.save_affect(folder)


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


def even(values):
    """The frames laid out by hand: two are missing after the ninth."""
    return np.insert(np.float64(values), [9, 9], np.nan, axis=0)


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


def test_the_command_writes_predictions_and_a_submission(
    affect, data_dir, tmp_path, capsys
):
    out, answer = tmp_path / "tables", tmp_path / "answer.txt"
    more = ["--predictions", out, "--abaw", answer]
    assert command(affect.path, data_dir, *more) == 0
    printed = capsys.readouterr().out
    assert f"3 tables in {out}" in printed
    assert f"{answer}: 2 frames without a prediction" in printed
    scored = {file.name: file.read_text() for file in out.iterdir()}
    # Without labels the same predictions, and no scores.
    more = ["--predictions", out, "--unlabelled"]
    assert command(affect.path, data_dir, *more) == 0
    assert "ccc" not in capsys.readouterr().out
    assert {f.name: f.read_text() for f in out.iterdir()} == scored
    assert len(answer.read_text().splitlines()) == 1 + 30 + 5 + 21


def test_a_prediction_of_nothing_into_nowhere_is_refused(
    affect, data_dir, capsys
):
    assert command(affect.path, data_dir, "--unlabelled") == 2
    assert "--predictions or --abaw" in capsys.readouterr().err
