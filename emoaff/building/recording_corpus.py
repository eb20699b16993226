import numpy as np
import tensorflow_datasets as tfds

from emoaff.building.corpus_builder import CorpusBuilder
from emoaff.building.corpus_builder import label_features
from emoaff.building.frame_labels import FrameLabels
from emoaff.building.rising_keys import NumberedKeys
from emoaff.building.segments import Segments
from emoaff.building.source_recording import SourceRecording
from emoaff.building.work_folder import WorkFolder


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
            **label_features(self.extra),
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

    def _name_of(self, unit: SourceRecording) -> str:
        return unit.name

    def _count_planned(self, report, split, unit):
        report.add(split, recordings=1)
        report.add_subject(split, unit.subject)
        if unit.labels.frames is not None or unit.labels.times is not None:
            report.add_rows(split, dict(unit.labels.values))

    def _count_labels(self, report, split, unit, index, time):
        report.add(split, recordings=1)
        report.add_subject(split, unit.subject)
        report.add_rows(split, self._rows(unit.labels, index, time))

    def _examples(self, kept, work):
        segments = Segments()
        for unit, key in kept:
            yield from segments.cut(
                unit.name, unit.subject, self._frames(unit, key, work)
            )

    def _examples_of(self, number, kept, work):
        unit, key = kept
        yield from Segments(NumberedKeys(number)).cut(
            unit.name, unit.subject, self._frames(unit, key, work)
        )

    def _frames(self, unit, key, work: WorkFolder):
        index, time = work.where(key)
        rows = self._rows(unit.labels, index, time)
        for place, jpeg in enumerate(work.crops(key)):
            yield {
                "image": jpeg,
                "index": index[place],
                "time": time[place],
                **{name: values[place] for name, values in rows.items()},
            }

    def _rows(self, labels: FrameLabels, index, time):
        rows = labels.rows(index, time)
        return complete(rows, len(index), self.extra)


def complete(rows: dict, length: int, extra: dict) -> dict[str, np.ndarray]:
    """Returns rows of labels with what they lack filled by "no label".

    Args:
        rows: See `FrameLabels.rows`.
        length: How many rows.
        extra: See `CorpusBuilder.EXTRA`.

    Raises:
        ValueError: If there is a label that the corpus does not declare.
    """
    missing = {
        "valence": np.full(length, np.nan, np.float32),
        "arousal": np.full(length, np.nan, np.float32),
        "expression": np.full(length, -1, np.int64),
    }
    for name, columns in extra.items():
        whole = name == "action_units"
        missing[name] = np.full(
            (length, len(columns)),
            -1 if whole else np.nan,
            np.int64 if whole else np.float32,
        )
    unknown = set(rows) - set(missing)
    if unknown:
        raise ValueError(
            f"Expected labels among {sorted(missing)}. Received: "
            f"{sorted(unknown)}. Name them in `EXTRA`."
        )
    for name, values in rows.items():
        missing[name] = np.asarray(values).astype(missing[name].dtype)
    return missing
