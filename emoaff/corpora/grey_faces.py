import abc
import collections
import dataclasses
import pathlib
from collections.abc import Iterable

import cv2
import numpy as np
import tensorflow_datasets as tfds

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_builder import CorpusBuilder
from emoaff.corpora.source_tree import SourceTree
from emoaff.progress import Progress

SIDE = 48


@dataclasses.dataclass(frozen=True, eq=False)
class GreyFace:
    """One picture as it was published.

    Args:
        name: Its id, unique within its split.
        split: `"train"`, `"validation"` or `"test"`.
        pixels: uint8 `(48, 48)`, grey, 0-255.
        labels: Feature name to value; `expression` is among them, -1 where
            there is none.
    """

    name: str
    split: str
    pixels: np.ndarray
    labels: dict


@dataclasses.dataclass(eq=False)
class GreyFacesConfig(tfds.core.BuilderConfig):
    """Adds one choice to a TFDS configuration.

    Args:
        keep_duplicates: Whether training keeps a picture whose pixels also
            stand in validation or test.
    """

    keep_duplicates: bool = False


class GreyFaces(CorpusBuilder, skip_registration=True):
    """A corpus of grey face crops of 48x48 pixels, stored without loss.

    A builder implements `read` and declares its features in `_info`:
    `recording`, `subject` (empty), `image` and its labels.
    """

    @abc.abstractmethod
    def read(self, tree: SourceTree, report: BuildReport) -> list[GreyFace]:
        """Reads all pictures with their labels, in their order.

        Args:
            tree: The user's folder.
            report: See `CorpusBuilder.survey`.

        Raises:
            FileNotFoundError, ValueError: See `CorpusBuilder.survey`.
        """

    def survey(self, tree: SourceTree, report: BuildReport) -> list[GreyFace]:
        """Lists the pictures; also reads the pixels, which takes seconds."""
        faces = self.read(tree, report)
        return drop_leaks(faces, report, self.builder_config.keep_duplicates)

    def _split_generators(self, dl_manager):
        root = pathlib.Path(dl_manager.manual_dir)
        report = BuildReport(f"{self.name}/{self.builder_config.name}")
        by_split = self._run_survey(root, report)
        for split, faces in by_split.items():
            report.begin(split)
            for face in faces:
                self._count_planned(report, split, face)
        report.finish()
        self._plan = report, root
        return {
            split: self._generate_examples(split, faces)
            for split, faces in by_split.items()
        }

    def _generate_examples(self, split, faces):
        progress = Progress(f"storing {split}", "pictures")
        try:
            for done, face in enumerate(faces, start=1):
                yield (
                    face.name,
                    {
                        "recording": face.name,
                        "subject": "",
                        "image": face.pixels[..., np.newaxis],
                        **face.labels,
                    },
                )
                progress.update(done, done / len(faces))
        finally:
            progress.close()

    def _count_planned(self, report, split, unit):
        report.add(split, recordings=1, frames_read=1, frames=1)
        found = {
            name: np.asarray([unit.labels[name]])
            for name in ("expression", "votes")
            if name in unit.labels
        }
        report.add_rows(split, found)


def decode(encoded: bytes) -> np.ndarray | None:
    """Returns uint8 `(48, 48)`, or None if that is not what the bytes hold.

    Args:
        encoded: A file with a picture; colours become grey.
    """
    data = np.frombuffer(encoded, np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if pixels is None or pixels.shape != (SIDE, SIDE):
        return None
    return pixels


def drop_leaks(
    faces: Iterable[GreyFace], report: BuildReport, keep: bool = False
) -> list[GreyFace]:
    """Returns the pictures but those of training that other splits hold too.

    Copies within a split stay.

    Args:
        faces: All pictures of all splits.
        report: Is told how many pictures are copies, and what is left out.
        keep: Whether to leave out none.
    """
    faces = list(faces)
    groups = collections.defaultdict(list)
    for face in faces:
        groups[face.pixels.tobytes()].append(face)
    copies = len(faces) - len(groups)
    if copies:
        groups = {k: group for k, group in groups.items() if len(group) > 1}
        across = sum(len({f.split for f in g}) > 1 for g in groups.values())
        unlike = sum(
            len({f.labels["expression"] for f in g}) > 1
            for g in groups.values()
        )
        report.note(
            f"{copies} of {len(faces)} pictures have the very pixels of "
            f"another one; of the {len(groups)} sets of such pictures, "
            f"{across} lie in more than one split and {unlike} have more than "
            "one label"
        )
    leaks = {
        id(face)
        for group in groups.values()
        if any(face.split != "train" for face in group)
        for face in group
        if face.split == "train"
    }
    if keep and leaks:
        report.note(
            f"train keeps {len(leaks)} pictures whose pixels also stand in "
            "validation or test"
        )
        return faces
    for face in faces:
        if id(face) in leaks:
            why = "of train, with its pixels in validation or test as well"
            report.leave_out(why, face.name)
    return [face for face in faces if id(face) not in leaks]
