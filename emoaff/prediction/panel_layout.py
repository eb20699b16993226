"""Where panels beside faces go, so that they cover nobody."""

import dataclasses
from collections.abc import Sequence

Box = tuple[float, float, float, float]
_GAP = 3  # pixels between a box and its panel


@dataclasses.dataclass(frozen=True)
class Panel:
    """A panel that has its place.

    Args:
        choice: Which of the sizes that were offered it has.
        left: Pixels from the left border.
        top: Pixels from the upper border.

    Example:
    >>> Panel(0, 10, 20).left
    10
    """

    choice: int
    left: int
    top: int


class PanelLayout:
    """Finds places for panels, and keeps them from one frame to the next.

    A panel lies beside its face, over no face and over no other panel. Of the
    sizes that are offered it takes the first with a place. Where a face leaves
    no room it lies in a corner of the picture, outside the oval that a face
    fills of its box. Where even that is not to be had, there is no panel.

    Example:
    >>> layout = PanelLayout()
    >>> layout.place((640, 360), {1: (100, 100, 80, 90)}, {1: [(60, 20)]})
    {1: Panel(choice=0, left=100, top=77)}
    """

    def __init__(self):
        self._kept: dict[int, tuple[int, int]] = {}

    def place(
        self,
        size: tuple[int, int],
        boxes: dict[int, Box],
        sizes: dict[int, Sequence[tuple[int, int]]],
    ) -> dict[int, Panel]:
        """Finds a place for each panel of a frame.

        Args:
            size: Width and height of the picture.
            boxes: Person to `(x, y, width, height)` of the face.
            sizes: Person to width and height of panels, the best first.

        Returns:
            Person to panel, without those for whom there is no place.
        """
        placed: dict[int, Panel] = {}
        taken = []
        # The largest face is the one that is looked at.
        order = sorted(boxes, key=lambda n: -boxes[n][2] * boxes[n][3])
        for person in order:
            found = self._find(size, person, boxes, sizes[person], taken)
            if found is None:
                self._kept.pop(person, None)
                continue
            placed[person], self._kept[person] = found
            panel = placed[person]
            taken.append((panel.left, panel.top, *sizes[person][panel.choice]))
        return placed

    def _find(self, size, person, boxes, sizes, taken):
        tries = [
            (choice, n)
            for choice in range(len(sizes))
            for n in range(len(_PLACES))
        ]
        # What was good enough a frame ago is tried first: nothing jumps.
        kept = self._kept.get(person)
        if kept in tries:
            tries.remove(kept)
            tries.insert(0, kept)
        for choice, n in tries:
            width, height = sizes[choice]
            left, top = _PLACES[n](boxes[person], width, height, size)
            left = min(max(round(left), 0), size[0] - width)
            top = min(max(round(top), 0), size[1] - height)
            panel = (left, top, width, height)
            if left < 0 or top < 0 or any(_overlap(panel, p) for p in taken):
                continue
            if not any(_overlap(panel, box) for box in boxes.values()):
                return Panel(choice, left, top), (choice, n)
        return self._find_corner(size, boxes, sizes, taken)

    def _find_corner(self, size, boxes, sizes, taken):
        for choice, (width, height) in enumerate(sizes):
            for left in (0, size[0] - width):
                for top in (0, size[1] - height):
                    panel = (left, top, width, height)
                    free = min(left, top) >= 0
                    free = free and not any(_overlap(panel, p) for p in taken)
                    ovals = boxes.values()
                    if free and not any(_covers(panel, b) for b in ovals):
                        return Panel(choice, left, top), (choice, -1)
        return None


# Left and upper edge of a panel: above, beside and below the box.
_PLACES = (
    lambda b, w, h, _: (b[0], b[1] - h - _GAP),
    lambda b, w, h, _: (b[0] + b[2] - w, b[1] - h - _GAP),
    lambda b, w, h, _: (b[0] + b[2] + _GAP, b[1]),
    lambda b, w, h, _: (b[0] - w - _GAP, b[1]),
    lambda b, w, h, _: (b[0], b[1] + b[3] + _GAP),
    lambda b, w, h, _: (b[0] + b[2] - w, b[1] + b[3] + _GAP),
    lambda b, w, h, _: (b[0] + b[2] + _GAP, b[1] + b[3] - h),
    lambda b, w, h, _: (b[0] - w - _GAP, b[1] + b[3] - h),
    # A line further away, where the next ones are taken.
    lambda b, w, h, _: (b[0] + b[2] / 2 - w / 2, b[1] - 2 * h - 3 * _GAP),
    lambda b, w, h, _: (b[0] + b[2] / 2 - w / 2, b[1] + b[3] + h + 3 * _GAP),
)


def _overlap(a, b):
    return (
        a[0] < b[0] + b[2]
        and b[0] < a[0] + a[2]
        and a[1] < b[1] + b[3]
        and b[1] < a[1] + a[3]
    )


def _covers(panel, box):
    """Whether a panel reaches into the oval that fills a box."""
    left, top, width, height = panel
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    near_x = min(max(x, left), left + width)
    near_y = min(max(y, top), top + height)
    across = (near_x - x) / (box[2] / 2)
    down = (near_y - y) / (box[3] / 2)
    return across**2 + down**2 < 1
