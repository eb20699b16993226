import os
import sys

import pytest

from emoaff.faces.codec_messages import collect_messages
from emoaff.faces.codec_messages import find_damage


def test_what_codecs_print_is_kept_off_the_terminal(capfd):
    with collect_messages() as lines:
        os.write(2, b"Corrupt JPEG data: bad Huffman code\n")
        os.write(2, b"libpng warning: iCCP: known incorrect sRGB profile\n")
    assert lines[0] == "Corrupt JPEG data: bad Huffman code"
    assert len(lines) == 2
    assert capfd.readouterr().err == ""


def test_what_others_print_is_passed_on(capfd):
    with collect_messages() as lines:
        os.write(2, b"[ERROR:0@1.2] global grfmt_tiff.cpp\nno codec\n")
    assert lines == ["[ERROR:0@1.2] global grfmt_tiff.cpp"]
    assert capfd.readouterr().err == "no codec\n"
    print("after it", file=sys.stderr)
    assert capfd.readouterr().err == "after it\n"


def test_an_error_puts_standard_error_back(capfd):
    with pytest.raises(KeyError), collect_messages():
        raise KeyError
    os.write(2, b"here again\n")
    assert capfd.readouterr().err == "here again\n"


@pytest.mark.parametrize(
    ("line", "damage"),
    [
        ("Corrupt JPEG data: bad Huffman code", "bad Huffman code"),
        ("Premature end of JPEG file", "Premature end of JPEG file"),
        ("libpng error: IDAT: CRC error", "IDAT: CRC error"),
        (
            "[ERROR:0@2.5] global grfmt_tiff.cpp:117 TIFF_Error LZWDecode: "
            "Not enough data at scanline 4",
            "Not enough data at scanline 4",
        ),
        ("libpng warning: iCCP: known incorrect sRGB profile", ""),
        ("[ WARN:0@2.5] global TIFF_Warning Unknown field with tag 7", ""),
    ],
)
def test_only_damage_to_pixels_counts(line, damage):
    assert find_damage(["", line]) == damage
