"""Draws what the labels of a built corpus are."""

import dataclasses
import math
import os
import pathlib

import numpy as np

from emoaff import corpora
from emoaff.data.recordings import Recordings
from emoaff.data.recordings import load_recordings
from emoaff.labels import DIMENSION_RANGE

BINS = 20
_BLUE = "#3b6ea8"
_PANEL = 3.2  # inches


@dataclasses.dataclass(frozen=True, eq=False)
class LabelCounts:
    """How often each label stands in one split.

    Args:
        frames: Frames of the split, or pictures, labelled or not.
        classes: Class to frames of it, in the order of the label space;
            empty if no frame has a class.
        plane: int64 `(BINS, BINS)`, frames by arousal, then valence, both
            from -1 in even steps to 1, which is in the last; None if no
            frame has both.
    """

    frames: int
    classes: dict[str, int]
    plane: np.ndarray | None


def count_labels(recordings: Recordings) -> LabelCounts:
    """Counts the labels of one split.

    Args:
        recordings: What `load_recordings` gives.
    """
    index = recordings.expression[recordings.expression >= 0]
    classes = {}
    if len(index):
        space = recordings.space
        names = space.classes if space else map(str, range(index.max() + 1))
        names = list(names)
        found = np.bincount(index, minlength=len(names)).tolist()
        classes = dict(zip(names, found, strict=True))
    valence, arousal = recordings.valence, recordings.arousal
    both = np.isfinite(valence) & np.isfinite(arousal)
    plane = None
    if both.any():
        plane, _, _ = np.histogram2d(
            arousal[both],
            valence[both],
            bins=BINS,
            range=[DIMENSION_RANGE, DIMENSION_RANGE],
        )
        plane = plane.astype(np.int64)
    return LabelCounts(len(recordings), classes, plane)


def plot_corpus(
    name: str,
    data_dir: str | os.PathLike,
    path: str | os.PathLike,
    split: str | None = None,
) -> dict[str, LabelCounts]:
    """Draws how often each class, valence and arousal stand in a corpus.

    A bar for each class, and below a map of the plane of valence and
    arousal, side by side for all splits; each only if the corpus has such
    labels. Reads labels alone, no pictures, and needs no display.

    Args:
        name: See `emoaff.corpora.make_builder`.
        data_dir: Where the corpus was built.
        path: The file to write; its suffix says the format, such as `.png`,
            `.pdf` or `.svg`.
        split: Only this split, or part of one such as `"train[:10]"`. None
            draws all.

    Returns:
        What was drawn, by split.

    Raises:
        FileNotFoundError: If the corpus was not built, or there is no folder
            for `path`.
        ImportError: If Matplotlib is not installed.
        ValueError: If there is no such corpus or split, no label to draw, or
            no such format.
    """
    figure_class = _figure_class()
    path = pathlib.Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"Expected a folder to write into. Received: {path}, and there is "
            f"no {path.parent}. Make it first."
        )
    splits = [split] if split else corpora.list_splits(name, data_dir)
    if not splits:
        corpora.require_built(name, "", data_dir)  # refuses what is not built
    counts = {
        each: count_labels(load_recordings(name, each, data_dir))
        for each in splits
    }
    if not any(
        each.classes or each.plane is not None for each in counts.values()
    ):
        raise ValueError(
            f"Expected frames of {name} with a class, or with valence and "
            f"arousal. Received: none of {', '.join(splits)}. There is nothing "
            "to draw."
        )
    _draw(figure_class, name, counts).savefig(path)
    return counts


def _figure_class():
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            "Expected Matplotlib to be installed for this. Install it with: "
            'pip install "emoaff[plot]"'
        ) from error
    return Figure


def _draw(figure_class, name, counts):
    classes = max((len(each.classes) for each in counts.values()), default=0)
    heights = [0.8 + 0.24 * classes] if classes else []
    if any(each.plane is not None for each in counts.values()):
        heights.append(_PANEL)
    figure = figure_class(
        figsize=(1.2 + _PANEL * len(counts), 0.6 + sum(heights)),
        layout="constrained",
    )
    figure.suptitle(name)
    panels = figure.subplots(
        len(heights), len(counts), squeeze=False, height_ratios=heights
    )
    for column, (split, found) in zip(panels.T, counts.items(), strict=True):
        column[0].set_title(f"{split}: {found.frames:,} frames", size="medium")
        if classes:
            _draw_classes(column[0], found.classes)
        if heights[-1] == _PANEL:
            _draw_plane(column[-1], found.plane)
    return figure


def _draw_classes(panel, classes):
    bars = panel.barh(list(classes), list(classes.values()), color=_BLUE)
    panel.bar_label(
        bars, [f"{n:,}" for n in classes.values()], padding=2, size="small"
    )
    panel.margins(x=0.25)
    panel.invert_yaxis()
    panel.set_xticks([])
    panel.spines[["top", "right", "bottom"]].set_visible(False)


def _draw_plane(panel, plane):
    panel.set(xlabel="valence", ylabel="arousal", aspect="equal")
    panel.set(xlim=DIMENSION_RANGE, ylim=DIMENSION_RANGE)
    panel.axhline(0, color="0.8", linewidth=0.8)
    panel.axvline(0, color="0.8", linewidth=0.8)
    if plane is None:
        panel.text(0, 0, "no such labels", ha="center", va="center")
        return
    drawn = panel.imshow(
        np.where(plane, plane, math.nan),
        extent=(*DIMENSION_RANGE, *DIMENSION_RANGE),
        origin="lower",
        cmap="Blues",
        norm="log",
        vmin=0.5,  # that a single frame can be told from none
        zorder=2,
    )
    panel.figure.colorbar(drawn, ax=panel, label="frames", shrink=0.8)
