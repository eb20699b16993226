"""Cuts and calm in a video, told by thumbnails."""

import collections
import math

import cv2
import numpy as np

_SIZE = 32, 18  # of a thumbnail: width, height
_NEAR = 0.3  # of a face's side: how far around it things move with it
_CHANGE = 15  # grey levels of a cell; noise and swaying bodies change it less


class CutFinder:
    """Finds hard cuts in a video, picture by picture.

    Thumbnails of 32x18 are compared. In a cut their pattern changes and not
    only their brightness, and either a lot or out of calm. Over the clips
    this was set on, cuts differ from the picture before by 17 grey levels
    or more and by 8 times as much as the pictures before them did; people
    and cameras that move, by 12 and 5 times at most. Fades and flashes are
    no cuts.

    Attributes:
        latest: Thumbnail of the latest picture, `(18, 32)` float64; None
            before the first.
    """

    def __init__(self):
        self.latest = None
        self._recent = collections.deque(maxlen=8)

    def is_cut(self, grey: np.ndarray) -> bool:
        """Returns whether the next picture starts a new shot.

        Args:
            grey: `(height, width)` uint8, as `small_grey` makes it.

        Returns:
            Whether a shot begins with it; False for the first.
        """
        after = cv2.resize(grey, _SIZE, interpolation=cv2.INTER_AREA)
        after, before = after.astype("float64"), self.latest
        self.latest = after
        if before is None:
            return False
        difference = float(np.abs(after - before).mean())
        cut = difference > 6 and self._is_new(before, after, difference)
        if cut:
            self._recent.clear()
        else:
            self._recent.append(difference)
        return bool(cut)

    def _is_new(self, before, after, difference):
        likeness = _correlate(before, after)
        calm = len(self._recent) >= 4 and difference > 7 * max(
            np.mean(self._recent), 1.0
        )
        return likeness < 0.9 and (
            difference > 18 or (difference > 8 and calm) or likeness < 0.5
        )


def _correlate(first, second):
    first, second = first - first.mean(), second - second.mean()
    spread = np.sqrt(np.sum(first**2) * np.sum(second**2))
    return np.sum(first * second) / spread if spread > 0 else 0.0


def is_calm(
    before: np.ndarray, after: np.ndarray, boxes: list[np.ndarray]
) -> bool:
    """Returns whether nothing came into a picture, as far as it shows.

    A face that comes changes some cell of a thumbnail by its contrast with
    what was there.

    Args:
        before: Thumbnail of an earlier picture, `(18, 32)` grey levels.
        after: Of a later one.
        boxes: Corners x1, y1, x2, y2 of the known faces in both pictures, as
            shares of width and height. They and what is near them may move.
    """
    changed = np.abs(after - before)
    for x1, y1, x2, y2 in boxes:
        across, down = _NEAR * (x2 - x1), _NEAR * (y2 - y1)
        left, right = _find_cells(x1 - across, x2 + across, _SIZE[0])
        top, bottom = _find_cells(y1 - down, y2 + down, _SIZE[1])
        changed[top:bottom, left:right] = 0
    return bool(changed.max() < _CHANGE)


def _find_cells(low, high, count):
    return max(0, math.floor(low * count)), max(0, math.ceil(high * count))
