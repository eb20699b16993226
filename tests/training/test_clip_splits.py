"""Several corpora in a recipe of clips."""

import dataclasses

import numpy as np
import pytest

from emoaff.data.recordings import load_recordings
from emoaff.training import clip_splits
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_data import ClipData
from tests.training.own_recipe import build_corpus

CONFIG = ClipConfig().change(
    data={
        "dataset": "[small/a,small/b]",
        "target": "expression",
        "label_space": "affectnet_7",
        "corpus_weights": [1, 3],
    },
    window={"frames": 1},
    loss={"name": "crossentropy"},
    model={"size": 24},
    batch={"size": 8},
)


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    build_corpus(monkeypatch, tmp_path)

    def read(config, name, data_dir, report):
        # Two names for parts of one corpus.
        whole = load_recordings("small", "train", data_dir)
        parts = ([0, 1], [2]) if name == "small/a" else ([3], [0])
        whole = dataclasses.replace(whole, dataset=name)
        return [whole.subset(part) for part in parts]

    monkeypatch.setattr(clip_splits, "read_corpus_splits", read)
    return tmp_path


def test_corpora_are_joined_and_drawn_by_their_weights(data_dir):
    data = ClipData(CONFIG, data_dir, data_dir, [].append)
    names = data.training.recordings.names
    assert names == ("small/a/clip 0", "small/a/clip 2", "small/b/clip 6")
    of = data.windows.recording[data.order(0)]
    shares = np.bincount(of, minlength=3) / len(of)
    np.testing.assert_allclose(shares[2], 0.75, atol=0.05)
    np.testing.assert_array_equal(data.order(0), data.order(0))
    assert (data.order(0) != data.order(1)).any()


def test_classes_are_mapped_by_corpus(data_dir):
    config = CONFIG.change(
        data={
            "label_space": "crema_d",
            "merges": ["small/b:anger=fear"],
        }
    )
    training, _ = clip_splits.read_splits(config, data_dir, [].append)
    plain, _ = clip_splits.read_splits(
        CONFIG.change(data={"label_space": "crema_d"}), data_dir, [].append
    )
    first = training.recording < 2
    np.testing.assert_array_equal(
        training.expression[first], plain.expression[first]
    )
    changed = training.expression[~first] != plain.expression[~first]
    assert changed.any()
    fear = training.space.index("fear")
    assert (training.expression[~first][changed] == fear).all()


def test_settings_of_several_corpora_are_for_several():
    with pytest.raises(ValueError, match="corpus_weights.*several corpora"):
        CONFIG.change(data={"dataset": "small"})
    with pytest.raises(ValueError, match="scored on the validation splits"):
        CONFIG.change(data={"score_split": "test"})
