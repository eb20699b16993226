"""From the files of Aff-Wild to recordings with labels and face boxes."""

import math

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording
from emoaff.progress import Progress
from tfds_builders.aff_wild import label_file
from tfds_builders.aff_wild import point_files
from tfds_builders.aff_wild.corpus_files import DIMENSIONS
from tfds_builders.aff_wild.corpus_files import SPLITS
from tfds_builders.aff_wild.corpus_files import CorpusFiles


def read(
    files: CorpusFiles, report: BuildReport, config
) -> list[SourceRecording]:
    """Returns the training videos with labels and all of test, sorted.

    Args:
        files: What there is.
        report: Is told of what is not used.
        config: An `AffWildConfig`.

    Raises:
        ValueError: If a line of a label file is no number or out of range.
    """
    for key in sorted(files.labels.keys() - files.videos.keys()):
        report.leave_out(
            "labelled, but its video is not there or not usable", "/".join(key)
        )
    labels = _labels(files, report, config.largest)
    if config.boxes:
        footage = _add_boxes(files, report, labels)
    else:
        footage = {
            key: Footage(files.root / files.videos[key], faces=config.faces)
            for key in labels
        }
    return [
        SourceRecording(
            key[1], key[1], footage[key], labels[key], key[0], False
        )
        for key in footage
    ]


def _labels(files, report, largest):
    """The labels of each video that is used, in order."""
    found, unequal = {}, []
    for key in sorted(files.videos, key=lambda k: (SPLITS.index(k[0]), k[1])):
        values = {
            dimension: label_file.read(files.root / file, largest)
            for dimension, file in files.labels.get(key, {}).items()
        }
        lengths = {len(values.get(name, ())) for name in DIMENSIONS}
        if len(lengths) > 1:
            unequal.append("/".join(key))
        if any(lengths):
            found[key] = _make_frame_labels(values, max(lengths))
        elif key[0] == "train":
            report.leave_out("no labels", str(files.videos[key]))
        else:
            found[key] = FrameLabels.constant(
                valence=math.nan, arousal=math.nan
            )
    if unequal:
        report.note(
            "videos with more lines of valence than of arousal, or the "
            f"reverse: {len(unequal)}, such as {unequal[0]}; the frames that "
            "one lacks have no label there"
        )
    return found


def _make_frame_labels(values, frames):
    filled = {}
    for dimension in DIMENSIONS:
        filled[dimension] = np.full(frames, math.nan)
        given = values.get(dimension, ())
        filled[dimension][: len(given)] = given
    return FrameLabels(filled, frames=np.arange(frames))


def _add_boxes(files, report, labels):
    """Footage with boxes; says how far it is, since files are many."""
    footage = {}
    total = sum(len(files.boxes.get(key, ())) for key in labels)
    progress, done = Progress("reading boxes", "files"), 0
    for key, label in labels.items():
        of_frames = files.boxes.get(key, {})
        end = math.inf if label.frames is None else len(label)
        boxes = _read_boxes(of_frames, end, files.root, report)
        done += len(of_frames)
        progress.update(done, done / max(total, 1))
        if boxes:
            footage[key] = Footage(
                files.root / files.videos[key], faces="boxes", boxes=boxes
            )
        else:
            report.leave_out(
                "no box; the configuration found looks for faces instead",
                str(files.videos[key]),
            )
    progress.close()
    return footage


def _read_boxes(of_frames, end, root, report):
    boxes = {}
    for number, file in sorted(of_frames.items()):
        if number >= end:
            report.leave_out("box of a frame after the last label", str(file))
            continue
        box = point_files.read_box(f"{root}/{file}")
        if box is None:
            report.leave_out("box that cannot be read", str(file))
        else:
            boxes[number] = box
    return boxes
