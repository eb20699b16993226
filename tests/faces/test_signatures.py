import os
import pathlib

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from emoaff.faces import Video
from emoaff.faces import find_media_kind
from emoaff.faces import read_picture
from emoaff.faces.signatures import SPECIAL
from emoaff.faces.signatures import inspect_file
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
    assert find_media_kind(pathlib.Path("nowhere") / name) == kind


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
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", None),  # Canon's raw
        (b"BM" + bytes(12) + b"\x28" + bytes(3), "picture"),
        (b"ID3\x04\x00", None),
        (b"just some text", None),
    ],
)
def test_the_content_beats_the_suffix(tmp_path, start, kind):
    for name in ("a.mp4", "a.jpg", "a.dat"):
        path = tmp_path / name
        path.write_bytes(start + b"  ")
        assert find_media_kind(path) == kind


def test_text_of_any_name_is_neither(tmp_path):
    for name in ("a.mp4", "a.jpg", "module.ts", "a.dat"):
        path = tmp_path / name
        path.write_text("export const é = 1;\n" * 500, "utf-8")
        assert find_media_kind(path) is None
    picture = tmp_path / "a.pgm"
    picture.write_text("P2\n1 1\n255\n9\n")
    assert find_media_kind(picture) == "picture"


@pytest.mark.parametrize(
    "name", ["a.mp4", "a.mov", "a.mkv", "a.mpg", "a.ts", "a.wmv", "a.flv"]
)
def test_real_videos_are_known_without_their_suffix(tmp_path, name):
    codecs = {"a.mpg": "mpeg2video", "a.wmv": "wmv2", "a.flv": "flv"}
    codec = codecs.get(name, "libx264")
    path = write_numbered(tmp_path / name, 2, codec=codec)
    assert find_media_kind(path.rename(tmp_path / "unnamed")) == "video"


@pytest.mark.parametrize("suffix", ["mka", "ogg", "wma", "wav", "m4a"])
def test_sound_is_no_video_whatever_its_name(tmp_path, suffix):
    codec = {"mka": "aac", "ogg": "flac", "wma": "wmav2", "m4a": "aac"}
    path = tmp_path / f"a.{suffix}"
    with av.open(str(path), "w") as container:
        name = codec.get(suffix, "pcm_s16le")
        stream = container.add_stream(name, rate=44100, layout="mono")
        stream.bit_rate = 64_000
        container.mux(stream.encode(_silence(stream.format.name)))
        container.mux(stream.encode(None))
    assert find_media_kind(path.rename(tmp_path / "film.mp4")) is None


def _silence(form):
    kind = {"s16": np.int16, "fltp": np.float32, "flt": np.float32}[form]
    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, 960), kind), format=form, layout="mono"
    )
    frame.sample_rate = 44100
    return frame


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "avif"])
def test_moving_pictures_are_videos_and_single_ones_pictures(tmp_path, suffix):
    still, moving = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    SHADES[0].save(still)
    SHADES[0].save(
        moving, save_all=True, append_images=SHADES[1:], duration=100
    )
    assert find_media_kind(still) == "picture"
    assert find_media_kind(moving) == "video"
    assert find_media_kind(moving.rename(tmp_path / "c.jpg")) == "video"


def test_jpeg_2000_and_its_codestream_are_pictures(tmp_path):
    for suffix in ("jp2", "j2k"):
        path = tmp_path / f"a.{suffix}"
        SHADES[0].save(path)
        assert find_media_kind(path.rename(tmp_path / "a.mp4")) == "picture"


@pytest.mark.parametrize(
    ("order", "tag", "value", "kind"),
    [
        ("little", 254, 1, None),  # a smaller copy of the picture
        ("big", 254, 1, None),
        ("little", 50706, 1025, None),  # a version of DNG
        ("little", 254, 0, "picture"),
        ("big", 256, 1, "picture"),  # a picture one pixel wide
    ],
)
def test_a_cameras_raw_file_is_no_picture(tmp_path, order, tag, value, kind):
    def number(value, size):
        return value.to_bytes(size, order)

    start = b"II*\x00" if order == "little" else b"MM\x00*"
    entry = number(tag, 2) + number(4, 2) + number(1, 4) + number(value, 4)
    data = start + number(8, 4) + number(1, 2) + entry + bytes(4)
    path = tmp_path / "photo.nef"
    path.write_bytes(data)
    assert find_media_kind(path) == kind


@pytest.mark.parametrize("read", [Video, read_picture])
def test_a_raw_file_is_refused_and_its_thumbnail_not_read(tmp_path, read):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"II*\x00\x10\x00\x00\x00CR\x02\x00")
    with pytest.raises(ValueError, match="a.jpg: expected a.*raw picture"):
        read(path)


def test_jpegs_one_after_another_are_a_video(tmp_path):
    data = cv2.imencode(".jpg", np.array(SHADES[0]))[1].tobytes()
    path = tmp_path / "a.mjpeg"
    path.write_bytes(3 * data)
    assert find_media_kind(path) == "video"
    assert find_media_kind(path.rename(tmp_path / "a.jpg")) == "picture"


def test_a_damaged_animation_goes_by_its_name(tmp_path):
    for name, kind in (("a.gif", "video"), ("a.png", "picture")):
        path = tmp_path / name
        path.write_bytes(b"GIF89a" + bytes(9))
        assert find_media_kind(path) == kind


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_neither_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.mp4")
    assert find_media_kind(tmp_path / "a.mp4") is None


@pytest.mark.parametrize("name", ["a", "a.mp4", "a.jpg"])
def test_links_that_lead_round_in_a_circle_are_broken_links(tmp_path, name):
    (tmp_path / name).symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / name)
    assert inspect_file(tmp_path / name) == (None, SPECIAL)
    (tmp_path / "c.mp4").symlink_to(tmp_path / "nothing")
    assert inspect_file(tmp_path / "c.mp4") == (None, SPECIAL)


def test_sound_in_a_film_is_no_reason_against_it(tmp_path):
    assert find_media_kind(write_sound(tmp_path / "a.wav")) is None
    assert find_media_kind(write_numbered(tmp_path / "a.mkv", 2)) == "video"


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
    assert find_media_kind(field_case(name)) == kind
