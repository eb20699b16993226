import numpy as np
import pytest

from emoaff.prediction.live_window import draw_live
from emoaff.prediction.live_window import require_screen
from emoaff.prediction.row import Row


def test_valence_to_the_right_and_arousal_up_are_a_dot_in_the_corner():
    image = np.full((720, 960, 3), 200, np.uint8)
    row = Row(0, 0.0, 1, (10.0, 10.0, 50.0, 50.0), valence=0.5, arousal=0.5)
    drawn = draw_live(image, [row], (), 25.0, 0.04, "")
    # The square is 130 wide, 10 from the edges: its middle is at 885, 645.
    assert drawn[645 - 32, 885 + 32].tolist() == [0, 114, 178]
    without = draw_live(image, [], (), 25.0, 0.04, "")
    assert without[645, 885].tolist() == [200, 200, 200]
    assert (image == 200).all()  # what was given stays


def test_small_pictures_are_enlarged_with_their_boxes():
    image = np.zeros((240, 320, 3), np.uint8)
    row = Row(0, 0.0, 1, (40.0, 60.0, 80.0, 80.0))
    drawn = draw_live(image, [row], (), 25.0, 0.04, "")
    assert drawn.shape == (720, 960, 3)
    # The box of person 1 is blue, and lies three times as far out.
    assert drawn[300, 120].tolist() == [0, 114, 178]


def test_a_machine_without_a_screen_is_told_in_a_sentence(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="screen.*Choose --no-window"):
        require_screen()
    # A name alone is no screen.
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(ValueError, match="Choose --no-window"):
        require_screen()
