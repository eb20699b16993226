import collections
import math
from collections.abc import Iterator

import numpy as np
import tensorflow_datasets as tfds

from emoaff.corpora.corpus_builder import CorpusBuilder
from emoaff.corpora.declared_end import mark_labels_after_end
from emoaff.corpora.frame_labels import has_label
from emoaff.corpora.rising_keys import NumberedKeys
from emoaff.corpora.segments import Segments
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.stored_labels import complete
from emoaff.corpora.stored_labels import make_label_features
from emoaff.corpora.stored_labels import refuse_wrong_labels
from emoaff.corpora.work_folder import WorkFolder
from emoaff.faces import PICTURE_SUFFIXES


class RecordingCorpus(CorpusBuilder, skip_registration=True):
    """A corpus of videos, or of series of pictures.

    `survey` returns `SourceRecording`s. One example is up to 64 frames of one
    person in one recording; the examples of a recording follow each other. A
    frame without a face is not stored: a jump of `index` is a gap.
    """

    def _info(self):
        side = self.builder_config.size
        frame = {
            "image": tfds.features.Image(
                shape=(side, side, 3),
                encoding_format="jpeg",
                doc="Face crop, uint8 RGB.",
            ),
            "index": tfds.features.Scalar(
                np.int64, doc="Frame in the source, 0-based; a jump is a gap."
            ),
            "time": tfds.features.Scalar(
                np.float32, doc="Seconds from the source's start, NaN unknown."
            ),
            **make_label_features(self.extra),
        }
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "recording": tfds.features.Text(
                        doc="Its id as the corpus has it."
                    ),
                    "subject": tfds.features.Text(
                        doc="The person's id; the recording's where unknown."
                    ),
                    "segment": tfds.features.Scalar(
                        np.int64, doc="Number within the recording, 0-based."
                    ),
                    "frames": tfds.features.Sequence(frame),
                }
            ),
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(),
        )

    def _refuse_wrong(self, by_split, report):
        settings, timeless = self._settings(), 0
        for split, units in by_split.items():
            names = collections.Counter(unit.name for unit in units)
            for name, count in names.most_common(1):
                if count > 1:
                    raise ValueError(
                        f"Expected each recording of {split} once. Received: "
                        f"{name!r}, {count} times."
                    )
            for unit in units:
                where = f"recording {unit.name!r}"
                classes = len(report.classes)
                refuse_wrong_labels(unit.labels, where, classes, self.extra)
                timeless += _has_no_rate(unit.footage)
        if settings.rate_hz and timeless:
            report.note(
                f"{timeless} recordings do not say their rate, which is taken "
                f"for 25 Hz to keep {settings.rate_hz:g} frames a second"
            )

    def _count_planned(self, report, split, unit):
        report.add(split, recordings=1)
        report.add_subject(split, unit.subject)
        labels, index = unit.labels, _list_frames(unit.footage)
        _explain_counts(labels, unit.footage, report)
        if index is None:
            lost = mark_labels_after_end(labels, unit.footage.path)
            for place in _name_places(labels, lost):
                why = "labelled after the end that its video declares"
                report.leave_out(why, f"{unit.name}, {place}")
            kept = {name: v[~lost] for name, v in labels.values.items()}
            report.add_rows(split, kept)
            return
        if labels.frames is None:
            report.add_rows(split, dict(labels.values))
            return
        report.add_rows(split, labels.rows(index, np.full(len(index), np.nan)))
        labelled = np.any(
            [has_label(values) for values in labels.values.values()], axis=0
        )
        lost = labels.frames[labelled & ~np.isin(labels.frames, index)]
        for number in lost:
            why = "labelled, but its picture is not there"
            report.leave_out(why, f"{unit.name}, frame {number}")

    def _count_labels(self, report, split, unit, index, time):
        report.add(split, recordings=1)
        report.add_subject(split, unit.subject)
        rows = unit.labels.rows(index, time)
        report.add_rows(split, complete(rows, len(index), self.extra))

    def _count_lost(self, report, unit, outcome):
        for _, file in outcome["failed"]:
            report.leave_out("cannot be read", f"{unit.name}/{file}")
        for number in outcome["outside"]:
            why = "face box outside of its frame"
            report.leave_out(why, f"{unit.name}, frame {number}")
        if outcome["index"]:
            return
        why = "no face found"
        if outcome["error"]:
            why = "cannot be read"
        elif outcome["failed"] and not outcome["frames"]:
            why = "not one of its pictures can be read"
        elif not outcome["frames"]:
            why = "no frame between start and end"
        report.leave_out(why, unit.name)

    def _examples(self, kept, work):
        segments = Segments()
        for unit, key in kept:
            yield from segments.cut(
                unit.name, unit.subject, _frames(unit, key, work, self.extra)
            )

    def _examples_of(self):
        return examples_of


def examples_of(
    numbered: tuple[int, tuple[SourceRecording, str]],
    work: WorkFolder,
    extra: dict,
) -> Iterator[tuple[int, dict]]:
    """Yields the keys and examples of one recording, for a Beam worker.

    Args:
        numbered: Its place in its split, 0-based; the recording, and its key
            into `work`.
        work: Where the crops are.
        extra: See `CorpusBuilder.EXTRA`.
    """
    number, (unit, key) = numbered
    yield from Segments(NumberedKeys(number)).cut(
        unit.name, unit.subject, _frames(unit, key, work, extra)
    )


def _frames(unit, key, work, extra):
    index, time = work.where(key)
    rows = complete(unit.labels.rows(index, time), len(index), extra)
    for place, jpeg in enumerate(work.crops(key)):
        yield {
            "image": jpeg,
            "index": index[place],
            "time": time[place],
            **{name: values[place] for name, values in rows.items()},
        }


def _list_frames(footage):
    """The frames that a series of pictures has; `None` for a video."""
    if not footage.pictures:
        return None
    numbers = np.array([number for number, _ in footage.pictures])
    if footage.boxes is None:
        return numbers
    return numbers[np.isin(numbers, list(footage.boxes))]


def _explain_counts(labels, footage, report):
    """Says why a build will count other numbers than a look does."""
    single = footage.path.suffix.lower() in PICTURE_SUFFIXES
    if labels.frames is not None or single and not footage.pictures:
        return
    if labels.times is None:
        report.explain(
            "a label of a whole recording once; when built, once for each of "
            "its frames that is stored"
        )
    else:
        report.explain(
            "a row with a time once; when built, once for each stored frame "
            "that takes it (nothing is interpolated)"
        )


def _name_places(labels, marked):
    """Names the rows of labels that are marked: frames, or times."""
    if labels.frames is not None:
        return [f"frame {number}" for number in labels.frames[marked]]
    if labels.times is not None:
        return [f"{time:g} s" for time in labels.times[marked]]
    return []


def _has_no_rate(footage):
    series = footage.pictures and not footage.stills
    return bool(series) and math.isnan(footage.rate_hz)
