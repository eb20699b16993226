import json

import numpy as np
import pytest

from emoaff import corpora
from emoaff.training.crossval import crossval
from tests.data import small_corpus
from tests.data.small_corpus import segments

QUICK = {
    "target": "valence_arousal",
    "frames": "5",
    "stride": "0",
    "size": "32",
    "units": "[4]",
    "batch_size": "2",
    "epochs": "1",
    "steps_per_epoch": "2",
}


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    """Ten people, two recordings each."""
    examples = [e for n in range(20) for e in segments(n, range(12))]
    small_corpus.small_video(
        monkeypatch, tmp_path / "data", {"train": examples}
    )
    return tmp_path / "data"


def folds(data_dir, out, lines, overrides=QUICK, protocol="k-fold"):
    return crossval(
        "tzirakis_recola",
        protocol,
        data_dir,
        out,
        ["small"],
        folds=2,
        overrides=overrides,
        report=lines.append,
        small=True,
    )


def test_corpora_without_other_splits_can_be_left_out_one_by_one(
    monkeypatch, tmp_path
):
    examples = [e for n in range(20) for e in segments(n, range(12))]
    small_corpus.small_video(
        monkeypatch, tmp_path / "data", {"train": examples}
    )
    made = crossval(
        "tzirakis_recola",
        "leave-one-corpus-out",
        tmp_path / "data",
        tmp_path / "runs",
        ["small", "other"],
        overrides=QUICK,
        report=lambda line: None,
        small=True,
    )
    assert np.isfinite(made.value("ccc", "mean", "small"))
    scores = json.loads((tmp_path / "runs/small/scores.json").read_text())
    assert scores["facts"]["recordings"] == 20  # all of it


def test_each_fold_is_scored_on_people_it_never_saw(data_dir, tmp_path):
    lines = []
    table = folds(data_dir, tmp_path / "runs", lines)
    parts = {row.part for row in table.rows}
    assert parts == {"fold_1", "fold_2", "mean"}
    each = [table.value("ccc", "mean", f"fold_{k}") for k in (1, 2)]
    assert table.value("ccc", "mean", "mean") == pytest.approx(np.mean(each))
    scores = json.loads((tmp_path / "runs/fold_1/scores.json").read_text())
    assert scores["facts"]["recordings"] == 10
    stored = json.loads((tmp_path / "runs/crossval.json").read_text())
    assert len(stored["rows"]) == len(table.rows)
    assert "fold_2" in (tmp_path / "runs/crossval.md").read_text("utf-8")

    # Called again: finished folds are read, an unfinished one is done.
    (tmp_path / "runs/fold_2/scores.json").unlink()
    again = []
    repeated = folds(data_dir, tmp_path / "runs", again)
    assert "  fold_1 was finished before" in again
    assert "  fold_2 was finished before" not in again
    for row, other in zip(table.rows, repeated.rows, strict=True):
        assert row.value == other.value or row.value != row.value
    with pytest.raises(ValueError, match="begun with other settings"):
        folds(data_dir, tmp_path / "runs", [], {**QUICK, "epochs": "2"})


def test_a_drawn_corpus_that_is_missing_is_drawn(tmp_path):
    lines = []
    table = crossval(
        "synthetic_tzirakis_recola",
        "k-fold",
        tmp_path / "data",
        tmp_path / "runs",
        ["synthetic_affect/tiny"],
        folds=2,
        overrides=QUICK,
        report=lines.append,
    )
    assert lines[0].startswith("synthetic_affect/tiny is not there yet")
    splits = corpora.list_splits("synthetic_affect/tiny", tmp_path / "data")
    assert set(splits) == {"train", "validation", "test"}
    assert np.isfinite(table.value("ccc", "mean", "mean"))


@pytest.mark.parametrize(
    ("recipe", "protocol", "datasets", "message"),
    [
        ("nope", "k-fold", None, "No recipe 'nope'"),
        ("finetune", "k_fold", None, "must be one of leave-one-corpus-out"),
        ("cnn_lstm_affect", "k-fold", None, "reads its own pictures"),
        (
            "tzirakis_recola",
            "leave-one-corpus-out",
            ["small"],
            "at least two corpora",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    data_dir, tmp_path, recipe, protocol, datasets, message
):
    with pytest.raises(ValueError, match=message):
        crossval(recipe, protocol, data_dir, tmp_path / "runs", datasets)


def test_the_names_of_built_splits_are_known(data_dir):
    assert corpora.list_splits("small", data_dir) == ("train",)
