"""Telling people apart by what a camera sees of them within one video."""

from collections.abc import Sequence

import cv2
import numpy as np

from emoaff.faces.boxes import assign_pairs
from emoaff.faces.crop import crop_face
from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.face_embedder import Glimpse
from emoaff.faces.face_embedder import compute_mean
from emoaff.faces.face_embedder import normalise

_EXEMPLARS = 10  # descriptions kept of one person
_PEOPLE = 1000  # people remembered; those unseen for longest are forgotten
_LEAD = 0.03  # by which the best match has to beat every other person
_NEAR_S = 2.0  # seconds within which it counts where a face was last
_FAR = 4.0  # widths of the face from which on it no longer counts
# Likeness of faces (see `benchmarks/identity.py`): from which on two are one
# person's, the same at the place where that person was just now, and below
# which they are not.
_SAME_FACE = 0.78
_NEAR_FACE = 0.6
_OTHER_FACE = 0.4
# CIELAB bins; finer around grey, where skin, hair and most clothes lie.
_LIGHTNESS = np.linspace(0, 256, 7)
_COLOUR = np.array([-128, -12, -4, 4, 12, 20, 30, 128])
_PATTERN = 16  # pixels; side of the grey picture
_LENGTH = 3 * (len(_LIGHTNESS) - 1) * (len(_COLOUR) - 1) ** 2 + _PATTERN**2


class People:
    """Remembers the people of one video and knows them again.

    A wrong match is worse than a new number, so a face is only known again
    when its description is close to that person's and clearly closer than
    to anyone else's, whether or not they are in the picture now. In the same
    shot and within two seconds, less is asked the nearer the face is to the
    place where that person was last.

    Embedding costs time, so a look at a face waits until it has to be compared:
    in a video with one person, for ever.

    Args:
        same: Product of two descriptions from which on two faces are one
            person's.
        near: The same, for a face that comes back at its old place.
        embedder: Knows faces; then a face that is like the person's is that
            person's, too, and one that is not is someone else's, whatever it
            looks like otherwise. None to go by the description alone.
    """

    def __init__(
        self, same: float, near: float, embedder: FaceEmbedder | None = None
    ):
        self._same, self._near = same, near
        self._embedder = embedder
        # By person: looks that are not embedded yet, the sum of those that are.
        self._waiting: dict[int, list[Glimpse]] = {}
        self._sums: dict[int, np.ndarray] = {}
        self._vectors: dict[int, list[np.ndarray]] = {}
        self._last: dict[int, tuple[float, int, np.ndarray]] = {}
        self._count = 0

    def learn(
        self,
        person: int,
        vector: np.ndarray,
        time_s: float,
        shot: int,
        box: np.ndarray,
        glimpses: Sequence[Glimpse] = (),
    ) -> None:
        """Notes how a person looks, and where, at a moment.

        Args:
            person: A number that `name` gave.
            vector: The description, of length 1.
            time_s: Seconds.
            shot: Number of the shot.
            box: `(4,)` corners in pixels.
            glimpses: Looks at the face that were not noted before.
        """
        self.add_glimpses(person, glimpses)
        known = self._vectors.setdefault(person, [])
        if all(each @ vector < 0.95 for each in known):
            known.append(vector)
            if len(known) > _EXEMPLARS:
                del known[1]  # the first stays; among the others the oldest
        self._last[person] = (time_s, shot, box)

    def name(
        self,
        faces: list[tuple],
        present: list[set[int]],
    ) -> list[int]:
        """Numbers the people of new faces, and learns how they look.

        Args:
            faces: Vector, time, shot, box and glimpses of each, as in
                `learn`.
            present: For each face the people who are seen beside it, and
                so cannot be meant.

        Returns:
            One number for each face: of a person known again, or the next
            that is free, from 1 on.
        """
        people = sorted(self._vectors)
        table = np.zeros((len(faces), len(people)))
        allowed = np.zeros_like(table, bool)
        for row, face in enumerate(faces):
            likeness, lack = self._compare(people, face, present[row])
            table[row] = likeness
            for column, person in enumerate(people):
                lead = likeness[column] - np.delete(likeness, column).max(
                    initial=-1.0
                )
                allowed[row, column] = (
                    person not in present[row]
                    and lack[column] <= 0
                    and lead >= _LEAD
                )
        chosen = assign_pairs(table, allowed)
        numbers = []
        for row in range(len(faces)):
            column = chosen.get(row)
            if column is None:
                self._count += 1
                numbers.append(self._count)
            else:
                numbers.append(people[column])
            self.learn(numbers[-1], *faces[row])
        self._forget(set(numbers).union(*present))
        return numbers

    def add_glimpses(self, person: int, glimpses: Sequence[Glimpse]) -> None:
        """Adds looks at a person's face; nothing where faces are not known."""
        if self._embedder is not None:
            self._waiting.setdefault(person, []).extend(glimpses)

    def list_people(self) -> list[int]:
        """Returns the numbers of all whose faces were seen, in order."""
        return sorted({*self._waiting, *self._sums})

    def get_mean(self, person: int) -> np.ndarray | None:
        """Returns the mean embedding of a person's face; see `compute_mean`."""
        waiting = self._waiting.pop(person, [])
        if waiting:
            compute_mean(self._embedder, waiting)
            total = sum(glimpse.vector for glimpse in waiting)
            self._sums[person] = self._sums.get(person, 0) + total
        if person not in self._sums:
            return None
        return normalise(self._sums[person])

    def get_likeness(self, first: int, second: int) -> float:
        """Returns how alike two people's best matching descriptions are."""
        products = np.stack(self._vectors[first]) @ np.transpose(
            self._vectors[second]
        )
        return float(products.max())

    def _compare(self, people, face, present):
        """Compares a face with people: likeness, and what it lacks for each.

        What it lacks is 0 or less if the face may be that person's.
        """
        vector, time_s, shot, box, *glimpses = face
        nearness = [
            self._compute_nearness(person, time_s, shot, box)
            for person in people
        ]
        looks = np.array(
            [
                max(float(known @ vector) for known in self._vectors[person])
                for person in people
            ]
        )
        fall = np.array(nearness)
        lack = self._same + (self._near - self._same) * fall - looks
        glimpses = glimpses[0] if glimpses else ()
        away = [person for person in people if person not in present]
        if self._embedder is None or not away or not glimpses:
            return looks, lack
        mean = compute_mean(self._embedder, glimpses)
        known = [self.get_mean(person) for person in people]
        alike = np.array(
            [-1.0 if each is None else float(mean @ each) for each in known]
        )
        limit = _SAME_FACE + (_NEAR_FACE - _SAME_FACE) * fall
        lack = np.where(alike >= _OTHER_FACE, lack, np.inf)
        return alike, np.minimum(lack, limit - alike)

    def _compute_nearness(self, person, time_s, shot, box):
        """1 at the place where a person was just now, 0 far away or later."""
        last_time, last_shot, last_box = self._last[person]
        if shot != last_shot or abs(time_s - last_time) > _NEAR_S:
            return 0.0
        moved = (box[:2] + box[2:] - last_box[:2] - last_box[2:]) / 2
        widths = np.hypot(*moved) / (last_box[2] - last_box[0])
        return max(1 - widths / _FAR, 0.0)

    def _forget(self, present):
        gone = sorted(
            (p for p in self._last if p not in present),
            key=lambda p: self._last[p][0],
        )
        for person in gone[: max(len(self._vectors) - _PEOPLE, 0)]:
            del self._vectors[person], self._last[person]
            self._waiting.pop(person, None)
            self._sums.pop(person, None)


def describe_faces(
    image: np.ndarray, boxes: Sequence[Sequence[float]]
) -> np.ndarray:
    """Describes faces by colour and pattern, for use within one video.

    Three colour histograms (face, hair, what is worn below the chin) and a
    grey picture of the face. It needs no network and tells apart people who
    look different on this camera in this light; it does not know faces, so
    the same person in other clothes or in another light is someone else.

    Args:
        image: `(height, width, 3)` uint8, RGB.
        boxes: Faces as `(x, y, w, h)` in pixels; each touches the picture.

    Returns:
        `(n, 1138)` float32 of length 1. The product of two is in `[-1, 1]`;
        over the clips this was set on, other people reach 0.74 and 97% of
        the pairs of one person, a second or more apart, exceed it.

    Example:
    >>> picture = read_picture("astronaut.jpg").image
    >>> vectors = describe_faces(picture, [(180, 63, 86, 110)])
    >>> vectors.shape, round(float(vectors[0] @ vectors[0]), 4)
    ((1, 1138), 1.0)
    """
    rows = [_describe_one(image, *map(float, box)) for box in boxes]
    return np.array(rows, "float32").reshape(len(rows), _LENGTH)


def _describe_one(image, x, y, w, h):
    side = max(w, h)
    face = crop_face(image, (x, y, w, h), 0.0, 32)
    bust = crop_face(
        image,
        (x + w / 2 - side, y + h / 2 - 0.8 * side, 2 * side, 2 * side),
        size=64,
    )
    grey = crop_face(image, (x, y, w, h), 0.1, _PATTERN)
    grey = cv2.cvtColor(grey, cv2.COLOR_RGB2GRAY).astype("float32").ravel()
    grey -= grey.mean()
    grey *= np.sqrt(2) / max(float(np.linalg.norm(grey)), 1e-6)
    # As wide as head and shoulders: what is beside them moves past.
    hair, worn = bust[:20, 18:46], bust[46:, 10:54]
    colours = [_colours(part) for part in (face, hair, worn)]
    row = np.concatenate([*colours, grey])
    return row / np.linalg.norm(row)


def _colours(pixels):
    """Square roots of a histogram: products of two are 1 when they agree."""
    pixels = np.ascontiguousarray(pixels)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    lightness = np.digitize(lab[:, 0], _LIGHTNESS) - 1
    a, b = (np.digitize(lab[:, k] - 128.0, _COLOUR) - 1 for k in (1, 2))
    bins = len(_COLOUR) - 1
    index = (lightness * bins + a) * bins + b
    counts = np.bincount(index, minlength=(len(_LIGHTNESS) - 1) * bins**2)
    return np.sqrt(counts / counts.sum())
