"""What tells one person's face from another's."""

import dataclasses
import pathlib
from collections.abc import Sequence

import cv2
import numpy as np

from emoaff.faces.crop import crop_face
from emoaff.faces.litert_network import LiteRTNetwork

# Made by export/face_identity.py.
FOLDER = pathlib.Path(__file__).parent / "files"
NETWORK, CENTRE = "face_identity.tflite", "face_identity_centre.npy"
_SIDE = 160  # pixels; what the network takes
_MARGIN = 0.15
_CUT = round(_SIDE * (1 + _MARGIN))  # the box itself is the middle 160 of it


class FaceEmbedder:
    """Turns faces into embeddings, which are alike for one person's faces.

    A MobileNet that was trained on VGGFace2, its products in 8 bits, run by
    LiteRT without TensorFlow; see `docs/explain/identity.md`. Each face is
    looked at four times: two widths, each also mirrored. On one core that
    takes about 12 ms.

    Args:
        threads: How many a call may use.

    Raises:
        ImportError: If `ai-edge-litert` is not installed.

    Example:
    >>> picture = read_picture("astronaut.jpg").image
    >>> embedder = FaceEmbedder()
    >>> crops = [embedder.cut(picture, (180, 63, 86, 110))]
    >>> (vector,) = embedder.embed(crops)
    >>> vector.shape, round(float(vector @ vector), 3)
    ((1024,), 1.0)
    """

    def __init__(self, threads: int = 1):
        path = FOLDER / NETWORK
        self._network = LiteRTNetwork(path, threads)
        centre = np.load(FOLDER / CENTRE)
        self._centre = centre.astype("float32")

    def cut(self, image: np.ndarray, box) -> np.ndarray:
        """Cuts a face as `embed` takes it.

        Args:
            image: `(height, width, 3)` uint8, RGB.
            box: `(x, y, w, h)` in pixels.

        Returns:
            `(184, 184, 3)` uint8.
        """
        return crop_face(image, box, _MARGIN, _CUT)

    def embed(self, crops) -> np.ndarray:
        """Computes the embeddings of faces.

        Args:
            crops: Sequence of what `cut` gives.

        Returns:
            `(n, 1024)` float32 of length 1; the product of two is their
            likeness, in `[-1, 1]`.
        """
        rows = [self._embed_one(crop) for crop in crops]
        return np.array(rows, "float32").reshape(-1, self._centre.size)

    def _embed_one(self, crop):
        edge = (_CUT - _SIDE) // 2
        inner = crop[edge : edge + _SIDE, edge : edge + _SIDE]
        outer = cv2.resize(crop, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        views = [inner, inner[:, ::-1], outer, outer[:, ::-1]]
        return normalise(sum(normalise(self._run(view)) for view in views))

    def _run(self, view):
        answers = self._network(view[None].astype("float32"))
        ((features,),) = answers.values()
        # Roots keep a few strong features from deciding alone.
        return np.sqrt(np.maximum(features, 0)) - self._centre


@dataclasses.dataclass(eq=False)
class Glimpse:
    """One look at a face, embedded only if it is needed.

    Args:
        crop: What `FaceEmbedder.cut` gives; None once it is embedded.
        vector: Its embedding; None before.
    """

    crop: np.ndarray | None
    vector: np.ndarray | None = None


def compute_mean(
    embedder: FaceEmbedder, glimpses: Sequence[Glimpse]
) -> np.ndarray | None:
    """Embeds looks at one face that were not embedded before.

    Args:
        embedder: Has `embed`.
        glimpses: The looks.

    Returns:
        The mean of all, `(1024,)` of length 1; `None` without any.
    """
    new = [glimpse for glimpse in glimpses if glimpse.vector is None]
    vectors = embedder.embed([glimpse.crop for glimpse in new])
    for glimpse, vector in zip(new, vectors, strict=True):
        glimpse.crop, glimpse.vector = None, vector
    if not glimpses:
        return None
    return normalise(sum(glimpse.vector for glimpse in glimpses))


def normalise(vector: np.ndarray) -> np.ndarray:
    """Returns a vector at length 1; zeros stay zeros."""
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
