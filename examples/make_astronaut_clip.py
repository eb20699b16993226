"""Films a still portrait with a moving camera.

    python examples/make_astronaut_clip.py [OUT.mp4]

The camera holds, moves in, swings away until the face has left the picture,
and comes back. The result is the sample that README's first command reads.
"""

import pathlib
import sys

import cv2
import numpy as np

from emoaff.faces import VideoWriter
from emoaff.faces import read_picture

_HERE = pathlib.Path(__file__).parent
_WIDTH, _HEIGHT, _FPS = 480, 360, 25
# (seconds, centre x, centre y, width of the view in pixels of the portrait)
_PATH = (
    (0.0, 240, 180, 460),
    (1.0, 240, 180, 460),
    (2.6, 225, 135, 280),
    (3.2, 225, 135, 280),
    (4.0, 20, 330, 280),
    (4.6, 20, 330, 280),
    (5.4, 225, 140, 320),
    (6.0, 225, 140, 320),
)


def main(out: str = str(_HERE / "media" / "astronaut.mp4")) -> None:
    """Writes the clip to `out`."""
    image = read_picture(_HERE / "media" / "astronaut.jpg").image
    seconds, *path = np.array(_PATH, float).T
    with VideoWriter(out, _WIDTH, _HEIGHT, _FPS) as writer:
        for i in range(round(seconds[-1] * _FPS)):
            x, y, width = (_eased(i / _FPS, seconds, p) for p in path)
            scale = width / _WIDTH
            view = np.array(
                [
                    [scale, 0, x - width / 2],
                    [0, scale, y - scale * _HEIGHT / 2],
                ]
            )
            frame = cv2.warpAffine(
                image,
                view,
                (_WIDTH, _HEIGHT),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REFLECT_101,
            )
            writer.write(frame, i / _FPS)


def _eased(time_s, seconds, values):
    """The value at a time, starting and stopping softly."""
    k = np.searchsorted(seconds, time_s, side="right") - 1
    share = (time_s - seconds[k]) / (seconds[k + 1] - seconds[k])
    share = share * share * (3 - 2 * share)
    return values[k] + share * (values[k + 1] - values[k])


if __name__ == "__main__":
    main(*sys.argv[1:2])
