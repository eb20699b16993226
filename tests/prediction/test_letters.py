import numpy as np
import pytest

from emoaff.prediction import letters
from emoaff.prediction.letters import measure_text
from emoaff.prediction.letters import write_text


@pytest.mark.parametrize("height", [13, 16, 24, 40])
def test_letters_fill_their_height_and_no_more(height):
    width, found = measure_text("Ag", height)
    assert found == height
    image = np.zeros((3 * height, width + 20, 3), np.uint8)
    write_text(image, "Ag", 10, height, height)
    rows = np.flatnonzero(image.max(axis=(1, 2)) > 60)
    assert height <= rows[0] and rows[-1] < 2 * height
    assert rows[-1] - rows[0] + 1 >= 0.75 * height
    columns = np.flatnonzero(image.max(axis=(0, 2)) > 60)
    assert columns[0] >= 10 and columns[-1] < 10 + width


@pytest.mark.parametrize(("left", "top"), [(-8, -5), (55, 35), (500, 500)])
def test_text_over_the_border_is_cut_off(left, top):
    image = np.zeros((40, 60, 3), np.uint8)
    write_text(image, "happiness", left, top, 16)
    assert image.any() == (left < 60)


def test_names_beyond_ascii_have_their_letters_or_those_without_accents(
    monkeypatch,
):
    def draw(text):
        letters._draw_mask.cache_clear()
        letters._load_font.cache_clear()
        return letters._draw_mask(text, 20)

    plain = draw("Jurgen")
    monkeypatch.setattr(letters, "_WIDE_FONTS", ("there is none.ttf",))
    np.testing.assert_array_equal(draw("Jürgen"), plain)
    assert draw("日本").any()  # a question mark, and no failure
    monkeypatch.undo()
    if letters._load_font(20, True) is None:
        pytest.skip("needs a font with more than ASCII")
    assert (
        draw("Jürgen").shape != plain.shape or (draw("Jürgen") != plain).any()
    )
