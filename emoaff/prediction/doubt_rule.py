import dataclasses
import math

import cv2
import numpy as np

from emoaff.faces.crop import crop_grey
from emoaff.faces.crop import find_grey
from emoaff.faces.frame import Frame
from emoaff.faces.track import Face
from emoaff.prediction.row import Row

_SIDE = 48  # pixels, of the crop that sharpness is measured on
SMALL, BLURRED, UNSURE = "small", "blurred", "unsure"
TURNED, TILTED = "turned away", "tilted"


@dataclasses.dataclass(frozen=True)
class DoubtRule:
    """Decides when an expression is too doubtful to name.

    The defaults follow from what happens to `compact_ferplus` on FER+'s
    validation pictures (48 pixels wide, accuracy 0.860). Averaged down to 20
    pixels it has 0.762, to 16 pixels 0.674. Blurred by a Gaussian of 2 pixels
    it has 0.610, and 95 % of such pictures have a `sharpness` of 0.21 or less,
    where 99 % of the untouched ones have 0.47 or more. At `confidence` 0.5 a
    calibrated model is as often wrong as right; 5 % of the pictures are below,
    and on the others it has 0.882. Of 1,200 of them it names 0.85 upright, 0.83
    tilted by 30 degrees, 0.79 by 40, 0.72 by 50, 0.61 by 60 and 0.35 by 90.
    `turn` was set by eye on 71 faces of a clip with profiles: it passes none of
    these, and leaves out none of 148 faces of six clips seen from the front.

    Args:
        face_px: Longer side of the smallest face in pixels.
        sharpness: Least sharpness, see `sharpness`.
        turn: Largest turn of the head, see
            `emoaff.faces.detect.Detection.turn`; 0.42 is about 43 degrees.
        tilt: Largest tilt in degrees, see
            `emoaff.faces.detect.Detection.tilt`.
        confidence: Least probability of the most probable class.
    """

    face_px: float = 20.0
    sharpness: float = 0.2
    turn: float = 0.42
    tilt: float = 45.0
    confidence: float = 0.5

    @classmethod
    def of(cls, preset) -> "DoubtRule":
        """Returns a preset's own rule: `doubt` in its `config.json`.

        Raises:
            ValueError: If it has a limit that is none of these.
        """
        own = preset.config.get("doubt", {})
        known = [field.name for field in dataclasses.fields(cls)]
        for name in own:
            if name not in known:
                raise ValueError(
                    f"Expected in `doubt` of the preset {preset.name} only "
                    f"{', '.join(known)}. Received: {name}. Take it out of "
                    f"{preset.path}."
                )
        return cls(**own)

    def face(self, frame: Frame, face: Face) -> Face:
        """Returns the face with the faults of its picture in `doubt`."""
        found = []
        if max(face.box[2:]) < self.face_px:
            found.append(SMALL)
        elif sharpness(find_grey(frame), face.box) < self.sharpness:
            found.append(BLURRED)
        if face.turn > self.turn:
            found.append(TURNED)
        if face.tilt > self.tilt:
            found.append(TILTED)
        return dataclasses.replace(face, doubt="; ".join(found))

    def row(self, row: Row) -> Row:
        """Returns the row with `unsure` in `doubt` if its answer is unsure."""
        if row.probabilities is None:
            return row
        smoothed, doubt = row.smoothed, row.doubt
        if max(row.probabilities) < self.confidence:
            doubt = "; ".join(filter(None, (doubt, UNSURE)))
        if smoothed is not None and max(smoothed) < self.confidence:
            smoothed = None
        return dataclasses.replace(row, smoothed=smoothed, doubt=doubt)


def sharpness(grey: np.ndarray, box) -> float:
    """Measures how sharp a face is, whatever its light and contrast.

    The standard deviation of the Laplacian over that of the picture, of the
    grey square about the box at 48 x 48 pixels. A small face enlarged to that
    counts as blurred.

    Args:
        grey: `(height, width)` uint8, see `emoaff.faces.crop.find_grey`.
        box: `(x, y, w, h)` in pixels.

    Returns:
        A number from 0 on; infinite where the square is of one grey, which
        no blur makes.
    """
    square = np.float32(crop_grey(grey, box, size=_SIDE))
    contrast = float(square.std())
    if contrast < 1:
        return math.inf
    return float(cv2.Laplacian(square, cv2.CV_32F).std()) / contrast
