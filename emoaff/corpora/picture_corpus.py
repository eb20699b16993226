import dataclasses
import io
import math
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np
import tensorflow_datasets as tfds

from emoaff.corpora.corpus_builder import CorpusBuilder
from emoaff.corpora.cutting import chunks
from emoaff.corpora.footage import Box
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.rising_keys import NumberedKeys
from emoaff.corpora.rising_keys import RisingKeys
from emoaff.corpora.source_pictures import SourcePictures
from emoaff.corpora.stored_labels import complete
from emoaff.corpora.stored_labels import make_label_features
from emoaff.corpora.stored_labels import refuse_wrong_labels
from emoaff.corpora.work_folder import WorkFolder

_TOGETHER = 500


@dataclasses.dataclass(frozen=True)
class Still:
    """One labelled picture, see `together`.

    Args:
        name: Its id, unique within its split.
        file: Path below the folder that `together` is given.
        subject: Who is seen; empty where nobody knows.
        box: `(x, y, width, height)` of the face in pixels, if known.
        split: `"train"`, `"validation"` or `"test"`.
        labels: Feature name to value, see `FrameLabels`; none where missing.
    """

    name: str
    file: str
    subject: str = ""
    box: Box | None = None
    split: str = "train"
    labels: Mapping = dataclasses.field(default_factory=dict)


class PictureCorpus(CorpusBuilder, skip_registration=True):
    """A corpus of still pictures.

    `survey` returns what `together` makes of its pictures. One example is one
    picture with its labels.
    """

    def _info(self):
        side = self.builder_config.size
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "recording": tfds.features.Text(doc="The picture's id."),
                    "subject": tfds.features.Text(
                        doc="Who is seen; empty where nobody knows."
                    ),
                    "image": tfds.features.Image(
                        shape=(side, side, 3),
                        encoding_format="jpeg",
                        doc="Face crop, uint8 RGB.",
                    ),
                    **make_label_features(self.extra),
                }
            ),
            disable_shuffling=True,
            metadata=tfds.core.MetadataDict(),
        )

    def together(
        self, folder: pathlib.Path, stills: list[Still], faces: str
    ) -> list[SourcePictures]:
        """Puts pictures together that are cut in one go.

        Args:
            folder: What their files are relative to.
            stills: The pictures, in the order in which to store them.
            faces: See `emoaff.corpora.footage.Footage`.
        """
        by_split: dict[str, list[Still]] = {}
        for still in stills:
            by_split.setdefault(still.split, []).append(still)
        return [
            self._some(folder, some, faces)
            for group in by_split.values()
            for some in chunks(group, _TOGETHER)
        ]

    def _some(self, folder, stills, faces):
        rows = {
            name: np.array([s.labels.get(name, missing) for s in stills])
            for name, missing in self._missing().items()
        }
        boxes = None
        if faces == "boxes":
            boxes = {k: s.box for k, s in enumerate(stills) if s.box}
        return SourcePictures(
            tuple(still.name for still in stills),
            tuple(still.subject for still in stills),
            Footage(
                folder,
                tuple((k, still.file) for k, still in enumerate(stills)),
                stills=True,
                faces=faces,
                boxes=boxes,
            ),
            FrameLabels(rows, frames=np.arange(len(stills))),
            stills[0].split,
        )

    def _missing(self):
        missing = {"valence": math.nan, "arousal": math.nan, "expression": -1}
        for name, columns in self.extra.items():
            fill = -1 if name == "action_units" else math.nan
            missing[name] = (fill,) * len(columns)
        return missing

    def _refuse_wrong(self, by_split, report):
        self._settings()
        for units in by_split.values():
            for unit in units:
                where = f"the pictures {unit.names[0]!r} to {unit.names[-1]!r}"
                classes = len(report.classes)
                refuse_wrong_labels(unit.labels, where, classes, self.extra)

    def _count_planned(self, report, split, unit):
        report.add(split, recordings=len(unit.names))
        for subject in unit.subjects:
            report.add_subject(split, subject)
        report.add_rows(split, dict(unit.labels.values))

    def _count_labels(self, report, split, unit, index, time):
        report.add(split, recordings=len(index))
        for place in index:
            report.add_subject(split, unit.subjects[place])
        report.add_rows(split, unit.labels.rows(index, time))

    def _count_lost(self, report, unit, outcome):
        for _, file in outcome["failed"]:
            report.leave_out("cannot be read", file)
        found = set(outcome["index"])
        found.update(number for number, _ in outcome["failed"])
        for place, name in enumerate(unit.names):
            if place not in found:
                report.leave_out("no face found", name)

    def _examples(self, kept, work):
        keys = RisingKeys()
        for pair in kept:
            yield from _make_keyed_examples(pair, work, self.extra, keys)

    def _examples_of(self):
        return examples_of


def examples_of(
    numbered: tuple[int, tuple[SourcePictures, str]],
    work: WorkFolder,
    extra: dict,
) -> Iterator[tuple[int, dict]]:
    """Yields the keys and examples of some pictures, for a Beam worker.

    Args:
        numbered: Their place in their split, 0-based; the pictures, and their
            key into `work`.
        work: Where the crops are.
        extra: See `CorpusBuilder.EXTRA`.
    """
    number, kept = numbered
    yield from _make_keyed_examples(kept, work, extra, NumberedKeys(number))


def _make_keyed_examples(kept, work, extra, keys):
    for example in _pictures(*kept, work, extra):
        keys.add(len(example["image"].getbuffer()))
        yield keys.next(), example


def _pictures(unit, key, work, extra):
    index, time = work.where(key)
    rows = complete(unit.labels.rows(index, time), len(index), extra)
    for place, jpeg in enumerate(work.crops(key)):
        yield {
            "recording": unit.names[index[place]],
            "subject": unit.subjects[index[place]],
            "image": io.BytesIO(jpeg),
            **{name: values[place] for name, values in rows.items()},
        }
