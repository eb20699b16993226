"""Boxes and panels of the people in one frame."""

import math

import cv2
import numpy as np

from emoaff.prediction.letters import measure_text
from emoaff.prediction.letters import write_text
from emoaff.prediction.panel_layout import PanelLayout
from emoaff.prediction.row import Row

_WHITE = (255, 255, 255)
_DARK = (24, 24, 24)
_BARS = 3
_BARS_FOR = 2  # people; with more of them bars would be all one sees
_SHARES_FOR = 6  # people; with more of them how sure it is is left out
_TEXT_SHARE = 0.034  # of the picture's shorter side
_TEXT_PX = (16, 44)  # the smallest and the largest letters
# One colour a person, far apart, readable under white text.
_COLOURS = (
    (0, 114, 178),
    (213, 94, 0),
    (0, 128, 96),
    (170, 70, 140),
    (150, 110, 0),
    (90, 80, 200),
    (190, 40, 60),
    (80, 110, 60),
)


def choose_text_height(width: int, height: int) -> int:
    """Returns how high letters are on a picture, in pixels.

    Args:
        width: Pixels of the picture.
        height: Pixels of the picture.

    Example:
    >>> choose_text_height(640, 360), choose_text_height(1080, 1920)
    (16, 37)
    """
    smallest, largest = _TEXT_PX
    wanted = round(_TEXT_SHARE * min(width, height))
    return min(max(wanted, smallest), largest)


def draw_faces(
    image: np.ndarray,
    rows: list[Row],
    classes: tuple[str, ...],
    layout: PanelLayout | None = None,
    names: dict[int, str] | None = None,
) -> np.ndarray:
    """Draws a box and a panel for each person.

    A panel says who it is, the smoothed expression with its confidence or the
    reason for doubt, and of one or two people the most probable expressions of
    this frame as bars. Where there are many faces, panels say less; they cover
    no face and not each other, see `PanelLayout`.

    Args:
        image: `(height, width, 3)` uint8, RGB; left as it is.
        rows: Of that frame.
        classes: Class names in the order of the probabilities.
        layout: Keeps panels in their places from one frame to the next; `None`
            for a picture.
        names: Person to name, where one is known.

    Returns:
        A picture of the same form.

    Example:
    >>> image = np.zeros((360, 640, 3), np.uint8)
    >>> joy = np.float32([0.1, 0.9])
    >>> row = Row(0, 0.0, 1, (200, 100, 90, 110), 0.9, joy, joy)
    >>> bool(draw_faces(image, [row], ("neutral", "joy")).any())
    True
    """
    image = image.copy()
    rows = [row for row in rows if row.person is not None]
    full_height, full_width = image.shape[:2]
    height = choose_text_height(full_width, full_height)
    line = max(round(height / 9), 2)
    for row in rows:
        x, y, w, h = (round(value) for value in row.box)
        colour = choose_colour(row.person)
        cv2.rectangle(image, (x, y), (x + w, y + h), colour, line)
    contents = {
        row.person: _list_contents(row, classes, names or {}, len(rows))
        for row in rows
    }
    sizes = {
        person: [_measure(text, bars, height) for text, bars in choices]
        for person, choices in contents.items()
    }
    # The line of a box is half outside of it.
    boxes = {row.person: _grow(row.box, line / 2) for row in rows}
    layout = layout or PanelLayout()
    panels = layout.place((full_width, full_height), boxes, sizes)
    for person, panel in panels.items():
        text, bars = contents[person][panel.choice]
        _draw_panel(
            image,
            (panel.left, panel.top, *sizes[person][panel.choice]),
            text,
            bars,
            choose_colour(person),
            height,
        )
    return image


def choose_colour(person: int) -> tuple[int, int, int]:
    """Returns a person's colour, RGB.

    Example:
    >>> choose_colour(1) == choose_colour(9) != choose_colour(2)
    True
    """
    return _COLOURS[(person - 1) % len(_COLOURS)]


def _list_contents(row, classes, names, people):
    """Text and bars of a panel, from the most to the least that it may say."""
    who = names.get(row.person, f"{row.person}")
    short, percent = _answer(row, classes)
    if people > _SHARES_FOR:
        percent = ""
    choices = [(" ".join(filter(None, (who, short, percent))), ())]
    if row.probabilities is not None and people <= _BARS_FOR:
        order = np.argsort(-row.probabilities, kind="stable")[:_BARS]
        bars = [(classes[k], float(row.probabilities[k])) for k in order]
        choices.insert(0, (choices[0][0], tuple(bars)))
    # What cannot be said at length may be said in short.
    choices.append((f"{who} {short}".strip(), ()))
    choices.append((f"{who}?" if short.endswith("?") else who, ()))
    return choices


def _answer(row, classes):
    """What is named, and how sure it is."""
    if row.doubt:
        return f"{row.doubt}?", ""
    if row.smoothed is not None:
        best = int(np.nanargmax(row.smoothed))
        share = float(row.smoothed[best])
        # Nobody is sure to 100 %, which rounding would claim.
        percent = ">99" if share >= 0.995 else f"{100 * share:.0f}"
        return classes[best], f"{percent} %"
    if row.probabilities is not None:
        return "unsure?", ""  # with what is around it
    if not math.isnan(row.valence + row.arousal):
        return f"valence {row.valence:+.2f} arousal {row.arousal:+.2f}", ""
    return "", ""


def _pad(height):
    return max(round(height / 4), 3)


def _measure(text, bars, height):
    pad, width = _pad(height), measure_text(text, height)[0]
    total = height + 2 * pad
    if bars:
        small = _small(height)
        names = max(measure_text(name, small)[0] for name, _ in bars)
        width = max(width, names + 2 * pad + 4 * height)
        total += len(bars) * (small + pad)
    return width + 2 * pad, total


def _small(height):
    """Letters of bars: smaller, but no smaller than can be read."""
    return max(round(0.8 * height), _TEXT_PX[0] - 3)


def _draw_panel(image, place, text, bars, colour, height):
    left, top, width, total = place
    pad, small = _pad(height), _small(height)
    area = image[top : top + total, left : left + width]
    area[:] = (0.3 * area + 0.7 * np.array(_DARK)).astype(np.uint8)
    area[: height + 2 * pad] = colour
    write_text(image, text, left + pad, top + pad, height)
    names = max((measure_text(name, small)[0] for name, _ in bars), default=0)
    for n, (name, share) in enumerate(bars):
        upper = top + height + 2 * pad + n * (small + pad) + pad // 2
        write_text(image, name, left + pad, upper, small)
        start = left + names + 3 * pad
        end = left + width - pad
        inner = (start, upper + small // 5), (end, upper + small - small // 5)
        reach = start + max(round((end - start) * share), 1)
        cv2.rectangle(image, inner[0], (reach, inner[1][1]), colour, cv2.FILLED)
        cv2.rectangle(image, *inner, _WHITE, 1)


def _grow(box, by):
    x, y, w, h = box
    return x - by, y - by, w + 2 * by, h + 2 * by
