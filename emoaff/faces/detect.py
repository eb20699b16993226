import copy
import dataclasses
import math
from collections.abc import Sequence

import cv2
import numpy as np

from emoaff.faces.boxes import area
from emoaff.faces.boxes import compute_iou
from emoaff.faces.boxes import convert_to_corners
from emoaff.faces.boxes import intersection
from emoaff.faces.boxes import squared
from emoaff.faces.boxes import suppress
from emoaff.faces.even_contrast import look_at_even_contrast
from emoaff.faces.litert_network import check_engine
from emoaff.faces.mtcnn_networks import load_networks

_CELL = 12  # pixels; the field of view of the proposal network
_EVIDENCE = math.log(0.6 / 0.4)  # for a face, of what it proposes
_PYRAMID = 0.709  # next level's size; halves the area
_LOOKS = (0.9, 1.0, 1.15)  # sizes at which an expected box is looked at
_GREY = (127, 127, 127)  # what lies outside of the picture
_EDGE = 0.3  # of a side: width of the grey border of `detect_at_edges`
# A face that only a second look shows must be this sure. On 634 pictures of
# one face each, 40 of 70 missed ones were found by it; on 108 pictures
# without people the false faces that a second look adds have less.
_SURE = 0.9
_NOSE = 0.45  # how far a nose stands out, of the eyes' distance
_EYES = 0.34  # distance of the eyes, of the box's longer side, from the front


@dataclasses.dataclass(frozen=True, eq=False)
class Detection:
    """One face found in one picture.

    Args:
        box: `(x, y, w, h)` floats in pixels of the picture that was given;
            may reach outside of it where the face does, but its centre is
            inside.
        score: How sure the detector is, in `[0, 1]`.
        landmarks: `(5, 2)` float32 pixels x, y: the eye on the picture's
            left, the other eye, the nose, the mouth's corner on the
            picture's left, the other corner.

    Example:
    >>> points = [[80, 90], [120, 90], [97, 110], [85, 130], [115, 130]]
    >>> landmarks = np.array(points, "float32")
    >>> detection = Detection((60, 60, 80, 100), 0.99, landmarks)
    >>> round(detection.turn, 2)
    0.04
    """

    box: tuple[float, float, float, float]
    score: float
    landmarks: np.ndarray

    @property
    def turn(self) -> float:
        """How far the head is turned aside; NaN without landmarks.

        Told by two signs, whose angles are averaged. The nose is off the
        middle of the eyes, along the line through them, by 0.45 times the
        tangent of the angle as a share of the eyes' distance; and that
        distance shrinks with the cosine, from 0.34 of the box's longer side
        in faces seen from the front (the median of six real clips). Either
        alone misses some profiles, where landmarks lie badly.

        Returns:
            0.45 times the tangent of the mean angle: 0 from the front, 0.45
            at 45 degrees.
        """
        left, right, nose = np.float64(self.landmarks[:3])
        across = right - left
        distance = math.hypot(*across)
        if not distance:
            return math.nan
        offset = abs((nose - (left + right) / 2) @ across) / distance**2
        narrowed = distance / (_EYES * max(self.box[2:]))
        angles = math.atan(offset / _NOSE), math.acos(min(1.0, narrowed))
        return _NOSE * math.tan(sum(angles) / 2)

    @property
    def tilt(self) -> float:
        """Degrees, 0 to 180, from upright in the picture; NaN if unknown.

        The angle between straight down and the line from the middle of the
        eyes to the middle of the mouth.
        """
        points = np.float64(self.landmarks)
        right, down = points[3:5].mean(axis=0) - points[:2].mean(axis=0)
        if not (right or down):
            return math.nan
        return abs(math.degrees(math.atan2(right, down)))


class FaceDetector:
    """Finds upright faces in a picture with MTCNN.

    The three networks and their weights are those of the `mtcnn` package.
    The code that drives them is this class, with a pyramid that keeps its
    levels over 12 pixels (the package's own loses every face of a picture
    once `min_face_size` is over about 20).

    Pictures larger than `max_side` are shrunk first and the boxes scaled
    back, so `detect` misses faces under 3.8 % of the longer side: 72 pixels
    in 1920, 151 in 4032. `examine` looks closer, and `smallest_face` says
    what the limit is. The networks are loaded at the first picture and run on
    the CPU in float32, whatever Keras's global policy is.

    Args:
        max_side: Longer side in pixels at which faces are looked for.
        min_face: Side in pixels, at that size, of the smallest face looked
            for, at least 12. The work grows with `(max_side / min_face)**2`.
        min_score: Lowest score of a face, in `[0, 1]`.
        still_side: As `max_side`, for the closer look of `examine`.
        engine: What the networks run on: `"litert"`, `"keras"`, or `"auto"`,
            the first of them that is installed. Boxes and scores are the same
            but for rounding.

    Example:
    >>> picture = read_picture("astronaut.jpg").image
    >>> (detection,) = FaceDetector().detect(picture)
    >>> [round(value) for value in detection.box]
    [180, 63, 86, 110]
    >>> detection.landmarks.shape
    (5, 2)
    """

    def __init__(
        self,
        max_side: int = 640,
        min_face: float = 24,
        min_score: float = 0.6,
        still_side: int = 2560,
        engine: str = "auto",
    ):
        if max_side < _CELL or min_face < _CELL:
            raise ValueError(
                f"max_side and min_face must be at least {_CELL} pixels. "
                f"Received: max_side={max_side}, min_face={min_face}."
            )
        self.max_side = max_side
        self.min_face = min_face
        self.min_score = min_score
        self.still_side = max(still_side, max_side)
        self.engine = check_engine(engine)
        self._pixels = None
        self._networks = None

    def detect(self, image: np.ndarray) -> list[Detection]:
        """Finds the faces of one picture.

        Args:
            image: `(height, width, 3)` uint8, RGB, of any size.

        Returns:
            The faces, best score first; empty where there is none or where
            a side of the picture is under 12 pixels.

        Raises:
            ValueError: The image is not RGB uint8.
        """
        return self._search(image, self._proposals, self.max_side)

    def detect_at_edges(self, image: np.ndarray) -> list[Detection]:
        """As `detect`, and finds more faces that the picture's edge cuts.

        Looks a second time at the picture with a grey border of 30 % on each
        side, and adds what is sure and overlaps no face found before; these
        stay as they were. Takes about three times as long as `detect`.

        Args:
            image: `(height, width, 3)` uint8, RGB, of any size.

        Returns:
            The faces, best score first.

        Raises:
            ValueError: The image is not RGB uint8.
        """
        found = self._search(image, self._proposals, self.max_side)
        more = self._search(image, self._proposals_at_edges, self.max_side)
        return _add_sure(found, more)

    def examine(self, image: np.ndarray) -> list[Detection]:
        """As `detect_at_edges`, and finds small faces in large pictures.

        Made for stills: looks once more at up to `still_side` pixels, at
        which a face of 0.94 % of the longer side is found (38 pixels in
        4032). Of 12 megapixels it takes about seven times as long as
        `detect`. Where all that finds nothing, it looks at the picture with
        its contrast evened out, and at that in a mirror, for what is sure in
        one of them and seen in the other: so are dark, pale and leaning faces
        found.

        Args:
            image: `(height, width, 3)` uint8, RGB, of any size.

        Returns:
            The faces, best score first.

        Raises:
            ValueError: The image is not RGB uint8.
        """
        found = self.detect_at_edges(image)
        closer, _ = self._plan(image.shape, self.still_side)
        if closer > self._plan(image.shape, self.max_side)[0]:
            more = self._search(image, self._proposals, self.still_side)
            found = _add_sure(found, more)
        if not found:
            for more in look_at_even_contrast(
                image, self._find_sure, self.confirm
            ):
                found = _add_sure(found, more)
        return found

    def for_faces_from(self, pixels: float) -> "FaceDetector":
        """Returns a detector that looks for faces down to a size.

        The networks are shared. The work of each look grows with the square
        of the longer side over `pixels`.

        Args:
            pixels: Side of the smallest face in pixels of the pictures that
                will be given, at least 12; in place of what `max_side`,
                `still_side` and `min_face` amount to.

        Raises:
            ValueError: If `pixels` is under 12.
        """
        if not pixels >= _CELL:
            raise ValueError(
                f"Expected the smallest face to have {_CELL} pixels or more, "
                f"which is what the detector can see. Received: {pixels:g}."
            )
        if self._networks is None:
            self._networks = load_networks(self.engine)
        other = copy.copy(self)
        other._pixels = pixels
        return other

    def smallest_face(
        self, width: int, height: int, still: bool = False
    ) -> float:
        """Describes how large a face must be to be looked for.

        Args:
            width: Of the picture, in pixels.
            height: Of the picture, in pixels.
            still: Whether by `examine`, not by `detect`.

        Returns:
            The side in pixels of the picture.
        """
        side = self.still_side if still else self.max_side
        side, least = self._plan((height, width), side)
        return least * max(width, height) / side

    def confirm(
        self, image: np.ndarray, boxes: Sequence[Sequence[float]]
    ) -> list[Detection | None]:
        """Looks again at places where a face is expected.

        Runs the two later networks only, about ten times faster than
        `detect`, and finds some faces that the first network misses.

        Args:
            image: `(height, width, 3)` uint8, RGB, of any size.
            boxes: `(x, y, w, h)` of the expected faces, in pixels.

        Returns:
            For each box the best face that overlaps it (intersection over
            union of 0.4 or more), or None.

        Raises:
            ValueError: The image is not RGB uint8.
        """
        corners = convert_to_corners(boxes)

        def places(small, *_):
            scale = np.tile(small.shape[1::-1], 2) / np.tile(
                image.shape[1::-1], 2
            )
            centre = (corners[:, :2] + corners[:, 2:]) / 2
            half = (corners[:, 2:] - corners[:, :2]) / 2
            return (
                np.concatenate(
                    [
                        np.concatenate(
                            [centre - k * half, centre + k * half], axis=1
                        )
                        for k in _LOOKS
                    ]
                )
                * scale
            )

        found = []
        if len(corners):
            found = self._search(image, places, self.max_side)
        overlaps = compute_iou(
            corners, convert_to_corners([each.box for each in found])
        )
        # Best score first, so the first that overlaps enough is the best.
        best = [np.flatnonzero(row >= 0.4)[:1] for row in overlaps]
        return [found[i[0]] if len(i) else None for i in best]

    def _find_sure(self, image):
        return _add_sure([], self.detect_at_edges(image))

    def _plan(self, shape, side):
        """Longer side at which to look, and the smallest face there."""
        longer = max(shape[:2])
        if self._pixels is None:
            return min(side, longer), self.min_face
        wanted = longer * self.min_face / self._pixels
        side = min(longer, max(self.max_side, math.ceil(wanted)))
        return side, max(_CELL, self._pixels * side / longer)

    def _search(self, image, proposals, side):
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise ValueError(
                "FaceDetector expects an RGB image (height, width, 3), uint8. "
                f"Received: shape={image.shape}, dtype={image.dtype}."
            )
        if min(image.shape[:2]) < _CELL:
            return []
        side, least = self._plan(image.shape, side)
        small = _resized(image, side / max(image.shape[:2]))
        if self._networks is None:
            self._networks = load_networks(self.engine)
        propose, refine, locate = self._networks
        boxes = proposals(small, propose, least)
        boxes, _, _ = _run_stage(small, boxes, refine, 24, 0.7)
        boxes, scores, points = _run_stage(
            small, boxes, locate, 48, self.min_score, "smaller"
        )
        scale = np.array(image.shape[1::-1]) / small.shape[1::-1]
        low, high = boxes[:, :2] * scale, boxes[:, 2:] * scale
        centres, size = (low + high) / 2, image.shape[1::-1]
        inside = np.all((centres >= 0) & (centres <= size), axis=1)
        points = (points * scale).astype("float32")
        return [
            Detection(
                tuple(map(float, (*low[i], *(high[i] - low[i])))),
                float(scores[i]),
                points[i],
            )
            for i in np.flatnonzero(inside)
        ]

    def _proposals_at_edges(self, image, network, least):
        """As `_proposals`, of the picture with a grey border."""
        x, y = (round(_EDGE * side) for side in image.shape[1::-1])
        bordered = cv2.copyMakeBorder(
            image, y, y, x, x, cv2.BORDER_CONSTANT, value=_GREY
        )
        found = self._proposals(bordered, network, least, (x, y))
        return found - (x, y, x, y)

    def _proposals(self, image, network, least, border=(0, 0)):
        """Slides the first network over the picture at every scale.

        But for places inside of a border, in pixels, that show nothing else.
        """
        boxes, scores = [np.zeros((0, 4))], [np.zeros(0)]
        scale, level = _CELL / least, image
        while min(image.shape[:2]) * scale >= _CELL:
            # From the level before: much cheaper than from the whole.
            level = _resized(level, scale * image.shape[1] / level.shape[1])
            x, y = _find_empty(border, level.shape[1] / image.shape[1])
            seen = level[y : level.shape[0] - y, x : level.shape[1] - x]
            offsets, logits = (
                np.asarray(output[0]) for output in network(_scaled(seen[None]))
            )
            evidence = logits[..., 1] - logits[..., 0]
            rows, columns = np.nonzero(evidence > _EVIDENCE)
            faces = 1 / (1 + np.exp(-evidence[rows, columns]))
            corner = 2 * np.stack([columns, rows, columns, rows], axis=1)
            corner += (x, y, x, y)
            found = corner + _CELL * (offsets[rows, columns] + [0, 0, 1, 1])
            found /= np.tile(level.shape[1::-1], 2) / np.tile(
                image.shape[1::-1], 2
            )
            kept = suppress(found, faces, 0.5)
            boxes.append(found[kept])
            scores.append(faces[kept])
            scale *= _PYRAMID
        boxes, scores = np.concatenate(boxes), np.concatenate(scores)
        return boxes[suppress(boxes, scores, 0.7)]


def _find_empty(border, scale):
    """How much of a scaled border can be left out; even, as the steps are."""
    # Two pixels more than a cell, since scaling mixes neighbours.
    return [max(int(side * scale) - _CELL - 2, 0) // 2 * 2 for side in border]


def _add_sure(found, more):
    """Adds the sure faces of a second look that overlap none of the first."""
    for each in more:
        if each.score < _SURE:
            continue
        known = convert_to_corners([face.box for face in found])
        (corners,) = convert_to_corners([each.box])
        shared = intersection(corners[None], known)[0]
        smaller = np.minimum(area(known), area(corners[None]))
        if not (shared > 0.3 * smaller).any():
            found = [*found, each]
    return sorted(found, key=lambda face: -face.score)


def _run_stage(image, boxes, network, size, min_score, over="union"):
    """Looks at each box again, closer, and moves or drops it."""
    if not len(boxes):
        return boxes, np.zeros(0), np.zeros((0, 5, 2))
    boxes = squared(boxes)
    patches = _scaled(np.stack([_cut_patch(image, box, size) for box in boxes]))
    offsets, *points, faces = (np.asarray(each) for each in network(patches))
    sides = boxes[:, 2:] - boxes[:, :2]
    if points:  # ten numbers: five x, then five y, as shares of the square
        points = points[0].reshape(-1, 2, 5).transpose(0, 2, 1)
        points = boxes[:, None, :2] + points * sides[:, None]
    else:
        points = np.zeros((len(boxes), 5, 2))
    boxes = boxes + offsets * np.tile(sides, 2)
    good = np.flatnonzero(
        (faces[:, 1] > min_score) & np.all(boxes[:, 2:] > boxes[:, :2], axis=1)
    )
    kept = good[suppress(boxes[good], faces[good, 1], 0.7, over)]
    return boxes[kept], faces[kept, 1], points[kept]


def _cut_patch(image, box, size):
    """Cuts one square at whole pixels; grey where it leaves the picture."""
    height, width = image.shape[:2]
    x1, y1, x2, y2 = np.rint(box).astype(int)
    inside = image[max(y1, 0) : max(y2, 0), max(x1, 0) : max(x2, 0)]
    if inside.size == 0:
        return np.full((size, size, 3), _GREY, "uint8")
    edges = (max(-y1, 0), max(y2 - height, 0), max(-x1, 0), max(x2 - width, 0))
    if any(edges):
        inside = cv2.copyMakeBorder(
            inside, *edges, cv2.BORDER_CONSTANT, value=_GREY
        )
    return cv2.resize(inside, (size, size), interpolation=cv2.INTER_AREA)


def _resized(image, scale):
    if scale == 1:
        return image
    height, width = (math.ceil(side * scale) for side in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _scaled(pixels):
    return (pixels.astype("float32") - 127.5) / 128
