"""Who the people of a file are, by a folder with their pictures."""

import functools
import itertools
import pathlib

import numpy as np

from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.face_gallery import FaceGallery
from emoaff.faces.track import Face


@functools.lru_cache(maxsize=1)
def load_gallery(folder: str) -> FaceGallery:
    """Loads a folder with pictures of people, once for all files of a run.

    Raises:
        ImportError: If ai-edge-litert is missing.
        FileNotFoundError: If there is no such folder.
        ValueError: See `FaceGallery`.
    """
    if not pathlib.Path(folder).is_dir():
        raise FileNotFoundError(
            f"--people {folder}: expected a folder with a picture of each "
            "person, named after them, such as anna.jpg. There is no such "
            "folder. Check the path."
        )
    return FaceGallery(folder, FaceEmbedder())


def name_faces(
    image: np.ndarray, faces: list[Face], gallery: FaceGallery
) -> dict[int, str]:
    """Names the people of a still picture; no two have one name.

    Args:
        image: `(height, width, 3)` uint8, RGB.
        faces: Those in it.
        gallery: Knows the names.

    Returns:
        Person to name, of those who are clearly one of the gallery.
    """
    embedder = FaceEmbedder()
    vectors = embedder.embed([embedder.cut(image, f.box) for f in faces])
    people = [face.person for face in faces]
    together = {frozenset(p) for p in itertools.combinations(people, 2)}
    means = dict(zip(people, vectors, strict=True))
    return gallery.find_names(means, together)
