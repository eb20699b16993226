import numpy as np
import pytest

from emoaff.prediction import face_panels
from emoaff.prediction.face_panels import choose_colour
from emoaff.prediction.face_panels import choose_text_height
from emoaff.prediction.face_panels import draw_faces
from emoaff.prediction.row import Row

CLASSES = ("calm", "joy", "fear", "anger")
JOY = np.float32([0.1, 0.8, 0.07, 0.03])
BOX = (300.0, 120.0, 80.0, 90.0)


def face(person=1, box=BOX, **more):
    values = {"probabilities": JOY, "smoothed": JOY, **more}
    return Row(0, 0.0, person, box, 0.9, **values)


def read_texts(monkeypatch, rows, **more):
    texts = []
    with monkeypatch.context() as patch:
        patch.setattr(
            face_panels,
            "write_text",
            lambda image, text, *_: texts.append(text),
        )
        image = np.full((360, 640, 3), 90, np.uint8)
        draw_faces(image, rows, CLASSES, **more)
    return texts


@pytest.mark.parametrize(
    ("width", "height"), [(640, 360), (1920, 1080), (1080, 1920), (3840, 2160)]
)
def test_letters_are_large_enough_on_every_size(width, height):
    letters = choose_text_height(width, height)
    assert letters >= 16  # pixels: five were too few
    assert 0.02 <= letters / min(width, height) <= 0.05


def test_one_person_has_bars_and_many_have_fewer_words(monkeypatch):
    one = read_texts(monkeypatch, [face()])
    assert one == ["1 joy 80 %", "joy", "calm", "fear"]
    boxes = [(40.0 + 120 * n, 120.0, 60.0, 70.0) for n in range(5)]
    rows = [face(n + 1, box) for n, box in enumerate(boxes)]
    five = read_texts(monkeypatch, rows)
    assert sorted(five) == [f"{n} joy 80 %" for n in range(1, 6)]
    close = [(20.0 + 52 * n, 120.0, 48.0, 60.0) for n in range(12)]
    many = read_texts(
        monkeypatch, [face(n + 1, box) for n, box in enumerate(close)]
    )
    assert len(many) >= 9
    assert {text.partition(" ")[2] for text in many} <= {"joy", ""}


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"doubt": "turned away"}, "1 turned away?"),
        ({"smoothed": None}, "1 unsure?"),
        ({"smoothed": None, "probabilities": None}, "1"),
        ({"smoothed": np.float32([0, 0.997, 0, 0])}, "1 joy >99 %"),
        (
            {
                "smoothed": None,
                "probabilities": None,
                "valence": 0.5,
                "arousal": -0.25,
            },
            "1 valence +0.50 arousal -0.25",
        ),
    ],
)
def test_a_panel_says_what_the_row_says(more, text, monkeypatch):
    assert read_texts(monkeypatch, [face(**more)])[0] == text


def test_a_name_takes_the_place_of_the_number(monkeypatch):
    texts = read_texts(monkeypatch, [face()], names={1: "Ada"})
    assert texts[0] == "Ada joy 80 %"


def test_nothing_is_drawn_on_a_face_and_its_box_has_the_person_s_colour():
    image = np.full((360, 640, 3), 90, np.uint8)
    drawn = draw_faces(image, [face(3)], CLASSES)
    assert (image == 90).all()
    x, y, w, h = map(int, BOX)
    assert (drawn[y + 3 : y + h - 3, x + 3 : x + w - 3] == 90).all()
    assert tuple(drawn[y + h // 2, x]) == choose_colour(3)


def test_rows_without_a_face_change_nothing():
    image = np.full((360, 640, 3), 90, np.uint8)
    assert (draw_faces(image, [Row(0, 0.0)], CLASSES) == 90).all()
