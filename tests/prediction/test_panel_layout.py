import itertools

import numpy as np
import pytest

from emoaff.prediction.panel_layout import PanelLayout

SIZE = (640, 360)
SIZES = [(150, 70), (120, 24), (30, 24)]


def overlap(a, b):
    """Area that two boxes share, by counting pixels."""
    grid = np.zeros((2, 800, 1200), bool)
    for layer, (x, y, w, h) in zip(grid, (a, b), strict=True):
        x, y = x + 200, y + 200
        layer[round(y) : round(y + h), round(x) : round(x + w)] = True
    return int((grid[0] & grid[1]).sum())


def draw_boxes(seed, people):
    """Faces as people sit: of all sizes, none over another."""
    rng = np.random.default_rng(seed)
    boxes = {}
    while len(boxes) < people:
        width = rng.integers(20, 110)
        box = (
            int(rng.integers(-10, SIZE[0] - width)),
            int(rng.integers(0, SIZE[1] - 40)),
            int(width),
            int(1.25 * width),
        )
        if not any(overlap(box, other) for other in boxes.values()):
            boxes[len(boxes) + 1] = box
    return boxes


@pytest.mark.parametrize("seed", range(12))
def test_with_five_people_no_panel_is_over_a_face_or_another(seed):
    boxes = draw_boxes(seed, 5)
    found = PanelLayout().place(SIZE, boxes, dict.fromkeys(boxes, SIZES))
    panels = [(p.left, p.top, *SIZES[p.choice]) for p in found.values()]
    assert len(panels) >= 4
    for panel in panels:
        assert panel[0] >= 0 and panel[0] + panel[2] <= SIZE[0]
        assert panel[1] >= 0 and panel[1] + panel[3] <= SIZE[1]
        assert not any(overlap(panel, box) for box in boxes.values())
    for one, other in itertools.combinations(panels, 2):
        assert not overlap(one, other)


def test_where_there_is_room_the_best_size_is_taken_right_above():
    box = (200, 150, 80, 100)
    found = PanelLayout().place(SIZE, {1: box}, {1: SIZES})
    assert (found[1].choice, found[1].left, found[1].top) == (0, 200, 77)


def test_a_face_that_fills_the_picture_has_its_panel_in_a_corner():
    box = (-5, -5, 650, 370)
    found = PanelLayout().place(SIZE, {1: box}, {1: SIZES})
    panel = (found[1].left, found[1].top, *SIZES[found[1].choice])
    x, y = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    oval = ((x - 320) / 325) ** 2 + ((y - 180) / 185) ** 2 < 1
    left, top, width, height = panel
    assert not oval[top : top + height, left : left + width].any()


def test_where_there_is_no_place_there_is_no_panel():
    box = (-200, -200, 1040, 760)
    assert PanelLayout().place(SIZE, {1: box}, {1: SIZES}) == {}
    small = PanelLayout().place((20, 20), {1: (5, 5, 9, 9)}, {1: SIZES})
    assert small == {}


def test_a_panel_does_not_jump_when_a_better_place_comes_free():
    layout = PanelLayout()
    # Above there is no room, so it goes to the right.
    first = layout.place(SIZE, {1: (200, 20, 80, 100)}, {1: SIZES})[1]
    assert (first.left, first.top) == (283, 20)
    # A little lower there would be; it stays at the face's side.
    second = layout.place(SIZE, {1: (200, 90, 80, 100)}, {1: SIZES})[1]
    assert (second.left, second.top) == (283, 90)
    fresh = PanelLayout().place(SIZE, {1: (200, 90, 80, 100)}, {1: SIZES})[1]
    assert fresh.top < 90
