"""From the rows of the table of clips to recordings with labels."""

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.realeyes_like.layout import Layout
from tfds_builders.realeyes_like.metadata_table import Clip
from tfds_builders.realeyes_like.tables import read_annotation
from tfds_builders.realeyes_like.tables import read_boxes
from tfds_builders.realeyes_like.targets import targets


def read_clips(
    tree: SourceTree,
    files: Layout,
    rows: list[Clip],
    config,
    report: BuildReport,
) -> list[SourceRecording]:
    """Reads the labels of the clips that have a video and an annotation.

    Args:
        tree: The user's folder.
        files: What is in it.
        rows: Of the table of clips.
        config: A `RealeyesLikeConfig`.
        report: Is told of clips that lack something, and of files that lack a
            row.

    Returns:
        The recordings, sorted by name; all have a split, or none has.

    Raises:
        ValueError: If a table is wrong, or some clips have a split and others
            have none. The message names the table and the row.
    """
    clips = _whole(files, rows, report)
    annotations = {}
    for clip in clips:
        file = files.annotations[clip.name]
        annotations[clip.name] = read_annotation(
            tree.root / file, str(file), config.class_names, config.raters
        )
    are_votes = _are_votes(annotations.values(), report)
    recordings = []
    for clip in clips:
        table = annotations[clip.name]
        emotions, expression = targets(table.values, are_votes, config.votes)
        recordings.append(
            SourceRecording(
                name=clip.name,
                subject=clip.subject or clip.name,
                footage=_footage(tree, files, clip.name, config, report),
                labels=FrameLabels(
                    {"emotions": emotions, "expression": expression},
                    frames=table.frames,
                ),
                split=clip.split,
                subject_is_known=bool(clip.subject),
            )
        )
    return recordings


def note_classes(
    split: str,
    recordings: list[SourceRecording],
    classes: tuple[str, ...],
    report: BuildReport,
) -> None:
    """Notes how many annotated frames of a split hold each class.

    Those are the emotions over 0.5; a frame may hold several or none.
    """
    held = sum(
        np.count_nonzero(each.labels.values["emotions"] > 0.5, axis=0)
        for each in recordings
    )
    counts = (f"{name} {n}" for name, n in zip(classes, held, strict=True))
    report.note(
        f"annotated frames of {split} that hold a class: {', '.join(counts)}"
    )


def _whole(files, rows, report):
    """The clips with all they need, sorted by name."""
    table, whole = files.metadata.name, []
    for clip in sorted(rows, key=lambda clip: clip.name):
        if clip.name not in files.videos:
            report.leave_out(f"in {table}, without a usable video", clip.name)
        elif clip.name not in files.annotations:
            why = f"in {table}, without usable annotations"
            report.leave_out(why, clip.name)
        else:
            whole.append(clip)
    named = {clip.name for clip in rows}
    for some in (files.videos, files.annotations, files.boxes):
        for name in sorted(set(some) - named):
            report.leave_out(f"not named in {table}", str(some[name]))
    without = [clip for clip in whole if not clip.split]
    if 0 < len(without) < len(whole):
        raise ValueError(
            f"{table}, row {without[0].row}: expected a split for every clip "
            f"or for none. Found: none for {without[0].name}, and one for "
            f"{len(whole) - len(without)} others. Fill the column split, or "
            "leave it empty."
        )
    return whole


def _are_votes(tables, report):
    """Whether the cells are counts: one is over 1 in any of the tables."""
    highest = {
        table.name: np.nanmax(table.values, initial=0) for table in tables
    }
    name = max(highest, key=highest.get, default="")
    if not name or highest[name] <= 1:
        return False
    report.note(
        f"cells go up to {highest[name]:g} ({name}), so all annotations are "
        "taken as counts of votes"
    )
    return True


def _footage(tree, files, name, config, report):
    path, boxes = tree.root / files.videos[name], None
    if config.use_boxes and name in files.boxes:
        file = files.boxes[name]
        boxes = read_boxes(tree.root / file, str(file), report)
    return Footage(
        path,
        faces=config.faces if boxes is None else "boxes",
        boxes=boxes,
    )
