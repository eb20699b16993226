"""Pictures of people with names, by whom faces are named."""

import os
import pathlib
import re
from collections.abc import Mapping
from collections.abc import Set

import numpy as np

from emoaff.faces.detect import FaceDetector
from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.face_embedder import normalise
from emoaff.faces.media import find_media
from emoaff.faces.pictures import read_picture
from emoaff.faces.signatures import find_media_kind

_SAME = 0.7  # likeness from which on a face may have a name
_LEAD = 0.1  # by which it has to beat every other name


class FaceGallery:
    """Names faces by a folder with pictures of people.

    The name of a file is that of the person: `anna.jpg`, and for more
    pictures `anna_2.jpg`, `anna-3.png`; or a folder has the name and its files
    any. Each picture shows one face.

    Args:
        folder: With the pictures.
        embedder: See `FaceEmbedder`.
        detector: Finds the faces; `None` for a new one.

    Attributes:
        names: Of all people, sorted.
        warnings: Clauses on names whose pictures look like one person, after
            whom therefore nobody is named.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it holds no picture, or one without or with several
            faces.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        embedder: FaceEmbedder,
        detector: FaceDetector | None = None,
    ):
        folder, detector = pathlib.Path(folder), detector or FaceDetector()
        found = find_media(folder)
        sums: dict[str, np.ndarray] = {}
        for path in found.files:
            if find_media_kind(path) == "picture":
                vector = _embed_picture(path, embedder, detector)
                name = _find_name(path, folder)
                sums[name] = sums.get(name, 0) + vector
        if not sums:
            raise ValueError(
                f"{folder}: expected a folder with a picture of each person, "
                "named after them. Found no picture. Add some, such as "
                "anna.jpg."
            )
        self.names = sorted(sums)
        self._vectors = np.stack([normalise(sums[name]) for name in self.names])
        likeness = np.triu(self._vectors @ self._vectors.T, k=1)
        self.warnings = [
            f"{self.names[i]} and {self.names[j]} look like one person, so "
            "nobody is named after either: put their pictures under one name"
            for i, j in np.argwhere(likeness >= 1 - _LEAD)
        ]

    def find_names(
        self, means: Mapping[int, np.ndarray], together: Set[frozenset] = set()
    ) -> dict[int, str]:
        """Finds who persons are.

        Args:
            means: Person to the mean embedding of the face, of length 1.
            together: Pairs of persons who were seen in the same frame, and so
                have not the same name.

        Returns:
            Person to name, of those who are clearly one of the gallery.
        """
        if not means:
            return {}
        people = sorted(means)
        table = np.stack([means[person] for person in people]) @ self._vectors.T
        for row in table:
            best = int(row.argmax())
            others = np.delete(row, best).max(initial=-1.0)
            clear = row[best] >= max(_SAME, others + _LEAD)
            row[np.arange(len(row)) != best] = -9.0
            row[best] = row[best] if clear else -9.0
        named: dict[int, str] = {}
        # The clearest first; who was beside somebody of that name is another.
        for row, column in sorted(
            zip(*np.nonzero(table > -9.0), strict=True),
            key=lambda place: -table[place],
        ):
            person, name = people[row], self.names[column]
            taken = (other for other in named if named[other] == name)
            if all(frozenset((person, one)) not in together for one in taken):
                named[person] = name
        return named


def _embed_picture(path, embedder, detector):
    image = read_picture(path).image
    found = [each for each in detector.detect(image) if each.score >= 0.9]
    if len(found) != 1:
        raise ValueError(
            f"{path}: expected a picture with one face, of the person it is "
            f"named after. Found {len(found) or 'no'} faces. Give one that "
            "shows nobody else, from the front."
        )
    (vector,) = embedder.embed([embedder.cut(image, found[0].box)])
    return vector


def _find_name(path, folder):
    if path.parent != folder and folder.is_dir():
        return path.parent.name
    return re.sub(r"(?<=\D)[ _-]?\(?\d+\)?$", "", path.stem)
