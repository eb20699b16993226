"""`read_picture` where files are damaged, huge, or of rare kinds."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from emoaff.faces import read_picture
from emoaff.faces.signatures import find_media_kind


def write_white_is_zero(path, grey):
    """Writes grey from 0 to 1, black as the largest number, with 16 bits."""
    height, width = grey.shape
    stored = np.uint16(np.rint(65535 * (1 - grey))).tobytes()
    tags = [(256, width), (257, height), (258, 16), (259, 1), (262, 0)]
    tags += [(273, 256), (277, 1), (278, height), (279, len(stored))]
    entries = b"".join(struct.pack("<HHII", t, 4, 1, n) for t, n in tags)
    head = struct.pack("<4sIH", b"II*\x00", 8, len(tags)) + entries
    path.write_bytes(head.ljust(256, b"\0") + stored)
    return path


def test_white_may_be_zero(tmp_path):
    grey = np.linspace(0, 1, 64 * 48).reshape(48, 64)
    image = read_picture(write_white_is_zero(tmp_path / "a.tif", grey)).image
    np.testing.assert_allclose(image[..., 0], 255 * grey, atol=1)


@pytest.mark.parametrize(("mode", "shown"), [("L", 40), ("1", 255)])
def test_white_may_be_zero_in_few_bits_too(tmp_path, mode, shown):
    path = tmp_path / "a.tif"
    # Pillow turns the numbers around as it writes the tag.
    Image.new(mode, (16, 16), shown).save(path, tiffinfo={262: 0})
    assert (read_picture(path).image == shown).all()


def test_further_pages_are_said(tmp_path):
    pages = [Image.new("RGB", (32, 24), (n, n, n)) for n in (10, 20, 30)]
    path = tmp_path / "a.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    frame = read_picture(path)
    assert (frame.image == 10).all()
    assert frame.warnings == (
        "it holds 3 pictures; only the first was looked at",
    )
    pages[0].save(path)
    assert read_picture(path).warnings == ()


def jpeg(**options):
    file = io.BytesIO()
    Image.fromarray(smooth(128, 96)).save(file, "JPEG", **options)
    return file.getvalue()


def smooth(width, height):
    across = np.linspace(0, 255, width)[None, :, None]
    return np.uint8(np.broadcast_to(across, (height, width, 3)))


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_last_two_bytes_is_whole(tmp_path, progressive):
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(progressive=progressive)[:-2])
    frame = read_picture(path)
    assert np.abs(frame.image - smooth(128, 96).astype(int)).max() < 12
    assert frame.warnings == ("the mark of its end is missing",)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("filled", [False, True])
def test_a_jpeg_that_is_cut_is_refused(tmp_path, progressive, filled, capfd):
    data = jpeg(progressive=progressive, quality=95)
    rest = bytes(len(data) // 2) if filled else b""
    path = tmp_path / "a.jpg"
    path.write_bytes(data[: len(data) // 2] + rest)
    with pytest.raises(ValueError, match="JPEG that is cut short. Get a whole"):
        read_picture(path)
    assert capfd.readouterr().err == ""


def test_a_jpeg_with_a_hole_says_so(tmp_path, capfd):
    data = bytearray(jpeg(quality=95))
    middle = 2 * len(data) // 3
    data[middle : middle + 8] = b"\xff\xd0" * 4  # marks that must not be there
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    frame = read_picture(path)
    assert frame.image.shape == (96, 128, 3)
    assert len(frame.warnings) == 1
    assert frame.warnings[0].startswith("its data is damaged (")
    assert capfd.readouterr().err == ""


def test_a_tiff_with_a_damaged_strip_says_so(tmp_path, capfd):
    path = tmp_path / "a.tif"
    Image.fromarray(smooth(128, 96)).save(
        path, compression="tiff_adobe_deflate"
    )
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    try:
        assert "its data is damaged" in read_picture(path).warnings[0]
    except ValueError as error:  # where the codec gives up on the strip
        assert "cannot be read" in str(error)
    assert capfd.readouterr().err == ""


def write_empty_png(path, size):
    """Writes a PNG of so many pixels that holds next to none of them."""
    chunks = [(b"IHDR", struct.pack(">2I5B", *size, 8, 0, 0, 0, 0))]
    chunks += [(b"IDAT", zlib.compress(bytes(99))), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n"
    for name, held in chunks:
        check = struct.pack(">I", zlib.crc32(name + held))
        data += struct.pack(">I", len(held)) + name + held + check
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("size", [(40_000, 30_000), (70_000, 20_000)])
def test_a_picture_too_large_for_memory_is_said_to_be_too_large(tmp_path, size):
    path = write_empty_png(tmp_path / "a.png", size)
    with pytest.raises(ValueError, match="too large .*pixels.*Scale it down"):
        read_picture(path)


def test_telling_a_large_picture_from_a_video_warns_of_nothing(tmp_path):
    # 99 megapixels: over what Pillow warns of, and fine to read.
    path = write_empty_png(tmp_path / "a.png", (11_000, 9_000))
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        assert find_media_kind(path) == "picture"
    assert given == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("suffix", ["png", "tif", "webp", "bmp", "jp2"])
def test_a_cut_picture_costs_one_sentence_and_no_warning(
    tmp_path, suffix, capfd
):
    path = tmp_path / f"a.{suffix}"
    options = {"compression": "tiff_lzw"} if suffix == "tif" else {}
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)
    Image.fromarray(noise).save(path, **options)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])
    with pytest.raises(ValueError, match="cannot be read as one. Convert it"):
        read_picture(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3)])
def test_the_smallest_pictures_are_read(tmp_path, size):
    path = tmp_path / "a.png"
    Image.new("RGB", size, (1, 2, 3)).save(path)
    assert read_picture(path).image.shape == (*size[::-1], 3)


# How a picture was turned before it was stored, by its EXIF orientation.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_format_is_turned_by_its_exif(tmp_path, suffix, turn):
    shown = np.zeros((48, 64, 3), np.uint8)
    shown[:16, :16] = 255  # tells all eight turns apart
    shown[:8, 16:48] = 90
    stored = Image.fromarray(shown)
    if turn in STORED:
        stored = stored.transpose(STORED[turn])
    exif = Image.Exif()
    exif[274] = turn
    path = tmp_path / f"a.{suffix}"
    lossless = {"lossless": True} if suffix == "webp" else {}
    stored.save(path, exif=exif, **lossless)
    np.testing.assert_array_equal(read_picture(path).image, shown)


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_inks_become_the_colours_that_they_print(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (32, 32), (200, 120, 40)).convert("CMYK").save(path)
    image = read_picture(path).image.astype(int)
    assert np.abs(image - (200, 120, 40)).max() < 4
