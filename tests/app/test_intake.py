import struct
import zlib

import numpy as np
import pytest

from emoaff.app import Limits
from emoaff.app.intake import check_length
from emoaff.app.intake import check_media
from emoaff.app.intake import check_name
from emoaff.app.intake import make_size_error
from emoaff.app.refusal_error import RefusalError
from emoaff.faces import VideoWriter
from tests.sample import PORTRAIT


def write_png(path, width, height):
    """A PNG that declares a size and has next to no data."""

    def part(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    parts = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    body = b"".join(part(kind, each) for kind, each in parts)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def refused(path, **limits):
    with pytest.raises(RefusalError) as caught:
        check_media(path, Limits(**limits))
    # A sentence that tells nothing of where the file lies.
    assert str(path.parent) not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", ["clip.mp4", "É 1 (2).mov", "=a'b\".jpg", "x"])
def test_plain_names_are_taken(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "../../x", "/etc/x", "a/b.mp4", "..\\x", "..", ".x", "a\0b", "a\nb"]
    + ["é" * 101],
)
def test_names_that_lead_elsewhere_are_refused(name):
    with pytest.raises(RefusalError, match="the plain name of a file"):
        check_name(name)


def test_a_file_that_says_it_is_too_large_is_refused_by_its_word():
    check_length(None, Limits())
    check_length("500000000", Limits())
    with pytest.raises(RefusalError, match="at most 500 MB. Received: 3,000"):
        check_length("3000000000", Limits())
    for wrong in ("-1", "many"):
        with pytest.raises(RefusalError, match="Content-Length"):
            check_length(wrong, Limits())
    assert make_size_error(10, Limits()).status == 413


def test_a_picture_of_30000_by_30000_is_refused_before_it_is_decoded(tmp_path):
    path = write_png(tmp_path / "large.png", 30_000, 30_000)
    refusal = refused(path)
    assert refusal.status == 413
    assert str(refusal) == (
        "large.png: expected at most 50 million pixels. Received: 30000 by "
        "30000. Scale it down first."
    )


def test_text_and_damaged_files_are_refused(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_text("This is no video.\n" * 50)
    assert "clip.mp4: expected a video" in str(refused(path))
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(50))
    assert str(refused(path)).startswith("a.jpg: expected")


def test_videos_and_pictures_within_the_limits_are_taken(tmp_path):
    assert check_media(PORTRAIT, Limits()) == "picture"
    path = tmp_path / "clip.mp4"
    with VideoWriter(path, 64, 48, 10) as writer:
        for n in range(20):
            writer.write(np.zeros((48, 64, 3), np.uint8), n / 10)
    assert check_media(path, Limits()) == "video"
    assert "at most 0.01 minutes" in str(refused(path, length_s=0.6))
    assert "Received: 64 by 48" in str(refused(path, pixels=3000))
