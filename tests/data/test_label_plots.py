import sys

import cv2
import numpy as np
import pytest

from emoaff import corpora
from emoaff.data import label_plots
from emoaff.data.recordings import load_recordings
from tests.data import small_corpus as small

NAN = float("nan")
# Valence, arousal and class of the frames of two splits.
TRAIN = [
    (-1.0, -1.0, 0),  # in the first bin of both
    (1.0, 1.0, 2),  # on the far edge, so in the last
    (0.95, 1.0, 2),  # 0.95 is in the last of 20 bins of 0.1 too
    (0.05, -0.05, -1),  # in bins 10 and 9
    (NAN, 0.5, 6),
    (0.5, NAN, -1),
]
TEST = [(NAN, NAN, 1)]


def example(rows, name):
    """One recording with these labels."""
    (made,) = small.segments(
        0,
        range(len(rows)),
        name,
        valence=lambda f: rows[f][0],
        arousal=lambda f: rows[f][1],
        expression=lambda f: rows[f][2],
    )
    return made


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    splits = {"train": [example(TRAIN, "a")], "test": [example(TEST, "b")]}
    small.small_video(monkeypatch, tmp_path / "data", splits)
    return tmp_path / "data"


def test_labels_are_counted_as_by_hand(data_dir):
    counts = label_plots.count_labels(
        load_recordings("small", "train", data_dir)
    )
    assert counts.frames == 6
    found = list(counts.classes.values())
    assert found == [1, 0, 2, 0, 0, 0, 1]
    assert list(counts.classes)[:3] == ["neutral", "happiness", "sadness"]
    expected = np.zeros((20, 20), np.int64)
    # Rows are arousal, columns valence.
    expected[0, 0], expected[19, 19], expected[9, 10] = 1, 2, 1
    np.testing.assert_array_equal(counts.plane, expected)
    test = label_plots.count_labels(load_recordings("small", "test", data_dir))
    assert (test.frames, test.plane) == (1, None)
    assert test.classes["happiness"] == sum(test.classes.values()) == 1


@pytest.mark.parametrize("split", [None, "train", "test"])
def test_the_drawing_is_a_picture_of_the_splits(
    data_dir, tmp_path, monkeypatch, split
):
    monkeypatch.delenv("DISPLAY", raising=False)
    pytest.importorskip("matplotlib")
    path = tmp_path / "plot.png"
    drawn = label_plots.plot_corpus("small", data_dir, path, split)
    assert list(drawn) == (["train", "test"] if split is None else [split])
    image = cv2.imread(str(path))
    # A column for each split: of 3.2 inches of 100 pixels, and 1.2 beside.
    assert image.shape[1] == (760 if split is None else 440)
    assert np.ptp(image) > 100


def test_what_is_drawn_are_the_counts(data_dir, tmp_path, monkeypatch):
    figure = pytest.importorskip("matplotlib.figure")
    kept = []

    class Kept(figure.Figure):
        def savefig(self, path):
            kept.append(self)

    monkeypatch.setattr(label_plots, "_figure_class", lambda: Kept)
    drawn = label_plots.plot_corpus("small", data_dir, tmp_path / "a.png")
    (made,) = kept
    bars, more_bars, plane, no_plane = made.axes[:4]
    assert bars.get_title() == "train: 6 frames"
    assert [bar.get_width() for bar in bars.patches] == [1, 0, 2, 0, 0, 0, 1]
    assert [bar.get_width() for bar in more_bars.patches] == [0, 1] + [0] * 5
    (image,) = plane.images
    shown = np.ma.filled(image.get_array(), 0)
    np.testing.assert_array_equal(shown, drawn["train"].plane)
    assert tuple(image.get_extent()) == (-1, 1, -1, 1)
    assert [text.get_text() for text in no_plane.texts] == ["no such labels"]


def test_what_cannot_be_drawn_is_refused(data_dir, tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="emoaff prepare small"):
        label_plots.plot_corpus("small", tmp_path / "none", tmp_path / "a.png")
    with pytest.raises(ValueError, match="no split 'more'"):
        label_plots.plot_corpus("small", data_dir, tmp_path / "a.png", "more")
    with pytest.raises(FileNotFoundError, match="Make it first"):
        label_plots.plot_corpus("small", data_dir, tmp_path / "x" / "a.png")
    with pytest.raises(ValueError, match="'nothing' is not supported"):
        label_plots.plot_corpus("small", data_dir, tmp_path / "a.nothing")
    rows = [(NAN, 0.0, -1)]
    splits = {"train": [example(rows, "a")]}
    small.small_video(monkeypatch, tmp_path / "bare", splits)
    with pytest.raises(ValueError, match="Received: none of train. There is"):
        label_plots.plot_corpus("small", tmp_path / "bare", tmp_path / "a.png")
    assert corpora.list_splits("small", tmp_path / "bare") == ("train",)
    assert not (tmp_path / "a.png").exists()


def test_without_matplotlib_a_sentence_says_how_to_get_it(
    data_dir, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'pip install "emoaff\[plot\]"'):
        label_plots.plot_corpus("small", data_dir, tmp_path / "a.png")
