import os
import pathlib

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from emoaff.faces import media_kind
from tests.faces.video_files import write_numbered
from tests.faces.video_files import write_sound

SHADES = [Image.fromarray(np.full((48, 64, 3), v, "uint8")) for v in (20, 220)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.mp4", "video"),
        ("a.MOV", "video"),
        ("a.mpg", "video"),
        ("a.JPG", "picture"),
        ("a.tiff", "picture"),
        ("a.HEIC", "picture"),
        ("a.jfif", "picture"),
        ("a.txt", None),
        ("a", None),
    ],
)
def test_the_suffix_decides_where_nothing_else_does(name, kind):
    assert media_kind(pathlib.Path("nowhere") / name) == kind


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "picture"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", "video"),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00", None),
        (b"II*\x00\x08\x00\x00\x00", "picture"),
        (b"BM" + bytes(12) + b"\x28" + bytes(3), "picture")):
        path = tmp_path / name
        path.write_bytes(b"GIF89a" + bytes(9))
        assert media_kind(path) == kind


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_neither_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.mp4")
    assert media_kind(tmp_path / "a.mp4") is None


def test_sound_in_a_film_is_no_reason_against_it(tmp_path):
    assert media_kind(write_sound(tmp_path / "a.wav")) is None
    assert media_kind(write_numbered(tmp_path / "a.mkv", 2)) == "video"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tiled.heic", "picture"),
        ("rotated.heic", "picture"),
        ("grey_12bit_in_16.png", "picture"),
        ("group12mp.jpg", "picture"),
        ("size_switch_portrait.mkv", "video"),
        ("clock_reset.ts", "video"),
        ("cover_art.m4a", None),
        ("keras.json", None),
    ],
)
def test_files_of_the_field_are_what_they_are(field_case, name, kind):
    assert media_kind(field_case(name)) == kind
