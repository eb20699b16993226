"""Tables of predictions, against the scores that emoaff gives for them."""

import dataclasses
import json

import audmetric
import numpy as np
import pandas as pd
import pytest

from emoaff.evaluation import evaluate
from emoaff.evaluation import predict_corpus
from emoaff.evaluation.corpus_predictions import CorpusPredictions
from tests.evaluation.small_scores import SPLIT
from tests.small_presets import AFFECT
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

NAMES = ["clip 0", "clip 1", "clip 2"]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    layers = {
        "arousal_valence": dense(2),
        "expression": dense(8, 1, activation="softmax"),
    }
    outputs = {**AFFECT, **classes("ferplus")}
    folder = tmp_path_factory.mktemp("p") / "both"
    return saved(folder, still_model(layers), outputs)


@pytest.fixture(scope="module")
def scored(both, data_dir):
    return evaluate(both, "small", SPLIT, data_dir)


def read(path):
    """A file as a stranger reads it."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path)


def ccc(table, name):
    """audmetric's, over the frames that have both numbers."""
    pair = table[[f"label_{name}", name]].dropna().to_numpy()
    return audmetric.concordance_cc(pair[:, 0], pair[:, 1])


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["valence", "arousal"])
def test_the_written_files_give_the_scores_of_the_table(
    scored, tmp_path, form, name
):
    files = scored.predicted.write(tmp_path / "out", form)
    tables = [read(file) for file in files]
    whole = scored.table.value("ccc", name)
    assert abs(ccc(pd.concat(tables), name) - whole) < 1e-9
    assert [table["recording"].unique().tolist() for table in tables] == [
        [each] for each in NAMES
    ]
    for each, table in zip(NAMES, tables, strict=True):
        alone = scored.by_recording.value("ccc", name, each)
        assert abs(ccc(table, name) - alone) < 1e-9


def test_a_row_has_what_is_known_of_its_frame(scored, truth, tmp_path):
    table = pd.concat(map(read, scored.predicted.write(tmp_path / "out")))
    np.testing.assert_array_equal(table["frame"], truth["index"])
    np.testing.assert_allclose(
        table["time_s"], np.float64(truth["time"]), rtol=1e-15
    )
    assert table["subject"].tolist() == ["person 0"] * 33 + ["person 1"] * 21
    np.testing.assert_allclose(
        table["label_valence"], np.float64(truth["valence"]), rtol=1e-15
    )
    known = truth["expression"] >= 0
    words = np.array(scored.recordings.space.classes)
    assert (
        table["label_expression"][known].tolist()
        == words[truth["expression"][known]].tolist()
    )
    assert table["label_expression"][~known].isna().all()
    probabilities = scored.predictions["expression"]
    columns = scored.classes["expression"]
    np.testing.assert_allclose(
        table[list(columns)], np.float64(probabilities), rtol=1e-15
    )
    best = np.array(columns)[probabilities.argmax(axis=1)]
    assert table["expression"].tolist() == best.tolist()


def test_the_header_says_what_was_done_and_which_file_is_whose(
    scored, tmp_path
):
    files = scored.predicted.write(tmp_path / "out")
    header = json.loads((tmp_path / "out" / "predictions.json").read_text())
    assert header["files"] == {
        file.name: name for file, name in zip(files, NAMES, strict=True)
    }
    assert header["dataset"] == "small"
    assert header["classes"]["expression"][0] == "neutral"
    assert "stored" in header["preprocessing"]


def test_a_split_without_labels_is_predicted_too(both, data_dir, scored):
    known = scored.recordings
    bare = predict_corpus(both, "small", SPLIT, data_dir)
    for name, values in scored.predictions.items():
        np.testing.assert_array_equal(bare.values[name], values)
    nothing = {
        "valence": np.full(len(known), np.nan, "float32"),
        "arousal": np.full(len(known), np.nan, "float32"),
        "expression": np.full(len(known), -1),
    }
    unlabelled = CorpusPredictions(
        dataclasses.replace(known, **nothing), bare.values, bare.classes
    ).to_pandas()
    labels = unlabelled.filter(like="label_")
    assert labels.isna().all(axis=None)
    assert unlabelled["valence"].notna().all()


def test_missing_predictions_are_empty_cells(scored, tmp_path):
    values = {k: v.copy() for k, v in scored.predictions.items()}
    values["valence"][3] = np.nan
    values["expression"][4] = np.nan
    found = CorpusPredictions(scored.recordings, values, scored.classes)
    (first, *_) = found.write(tmp_path / "out")
    lines = first.read_text().splitlines()
    cells = dict(zip(lines[0].split(","), lines[4].split(","), strict=True))
    assert cells["valence"] == ""
    cells = dict(zip(lines[0].split(","), lines[5].split(","), strict=True))
    assert cells["expression"] == cells["happiness"] == ""


def test_folders_with_other_files_are_left_alone(scored, tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ValueError, match="holds other files"):
        scored.predicted.write(tmp_path)
    with pytest.raises(ValueError, match="csv or parquet.*form='xlsx'"):
        scored.predicted.write(tmp_path / "out", "xlsx")
    scored.predicted.write(tmp_path / "out")
    scored.predicted.write(tmp_path / "out")  # over those of before


def test_names_that_files_cannot_have_are_told_apart(scored, tmp_path):
    known = dataclasses.replace(scored.recordings, names=("a/b", "a:b", "../a"))
    found = CorpusPredictions(known, scored.predictions, scored.classes)
    names = [file.name for file in found.write(tmp_path / "out")]
    assert names == ["a_b.csv", "a_b_2.csv", "_a.csv"]


def test_features_stand_in_numbered_columns(scored):
    values = {"features": np.arange(108.0).reshape(54, 2)}
    table = CorpusPredictions(scored.recordings, values, {}).to_pandas()
    assert table["features.1"].tolist()[:2] == [1.0, 3.0]
