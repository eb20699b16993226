import time

import numpy as np
import pytest
from PIL import Image

from emoaff.prediction import live_sources as sources
from tests.faces.test_pictures import write_heic
from tests.sample import CLIP
from tests.sample import PORTRAIT


class Capture:
    """A camera that gives some pictures, is unplugged, and comes back."""

    opened = 0

    def __init__(self, number):
        Capture.opened += 1
        self._left = 2

    def isOpened(self):  # noqa: N802, OpenCV's name
        return Capture.opened != 2

    def set(self, *_):
        pass

    def read(self):
        self._left -= 1
        if self._left < 0:
            return False, None
        return True, np.uint8([[[1, 2, 3]]])

    def release(self):
        pass


def test_a_camera_that_is_unplugged_gives_none_until_it_is_back(monkeypatch):
    monkeypatch.setattr(sources.cv2, "VideoCapture", Capture)
    Capture.opened = 0
    camera = sources.open_source("0")
    pictures = iter(camera)
    given = [next(pictures) for _ in range(6)]
    # Two, lost, not back yet, back with two.
    assert [each is None for each in given] == [
        *(False, False, True, True, False, False)
    ]
    # OpenCV has blue first.
    assert given[0].tolist() == [[[3, 2, 1]]]


def test_opencv_says_nothing_of_its_own_about_a_missing_camera(capfd):
    assert sources._open_camera(97) is None
    assert capfd.readouterr().err == ""


def test_a_missing_camera_is_one_sentence_with_those_there_are(monkeypatch):
    monkeypatch.setattr(sources, "_open_camera", lambda number: None)
    with pytest.raises(FileNotFoundError, match="Expected camera 7, found no"):
        sources.open_source("7")
    monkeypatch.setattr(sources, "_is_camera", lambda number: number in (0, 2))
    with pytest.raises(FileNotFoundError, match="found cameras 0, 2"):
        sources.open_source("7")


def test_a_file_gives_its_pictures_at_its_own_pace():
    started = time.monotonic()
    for count, _ in enumerate(sources.open_source(str(CLIP))):
        if count == 20:  # 0.8 s at 25 a second
            break
    assert time.monotonic() - started > 0.79


@pytest.mark.parametrize("name", ["nothing.mp4", "folder"])
def test_what_is_no_file_is_one_sentence(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises((FileNotFoundError, ValueError), match="expected"):
        sources.open_source(str(tmp_path / name))


def test_a_stream_that_cannot_be_opened_is_one_sentence():
    with pytest.raises(ValueError, match="expected a stream that can be open"):
        sources.open_source("http://127.0.0.1:9/nothing")


@pytest.mark.parametrize("suffix", [".jpg", ".heic", ".mp4"])
def test_a_still_picture_of_any_name_is_no_live_source(tmp_path, suffix):
    path = tmp_path / f"still{suffix}"
    if suffix == ".heic":
        write_heic(path)
    else:
        path.write_bytes(PORTRAIT.read_bytes())
    with pytest.raises(ValueError, match="found a still picture"):
        sources.open_source(str(path))


def test_an_animation_is_a_live_source(tmp_path):
    path = tmp_path / "moving.webp"
    first = Image.fromarray(np.full((32, 32, 3), 200, "uint8"))
    second = Image.fromarray(np.full((32, 32, 3), 50, "uint8"))
    first.save(path, save_all=True, append_images=[second], duration=20)
    shown = [picture.mean() for picture in sources.open_source(str(path))]
    assert shown == pytest.approx([200, 50], abs=8)
