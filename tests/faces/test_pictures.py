import io
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from emoaff.faces import FaceDetector
from emoaff.faces import read_picture
from tests.faces.scene import overlap

# Orange on the left, blue on the right.
PICTURE = np.zeros((20, 40, 3), np.uint8)
PICTURE[:, :20] = (230, 120, 20)
PICTURE[:, 20:] = (20, 40, 220)


def write(path, image, flags=None):
    if path.suffix == ".jp2":
        Image.fromarray(image).save(path)  # OpenCV writes none so small
        return path
    if image.ndim == 3:
        image = image[..., [2, 1, 0, 3][: image.shape[2]]]
    ok, data = cv2.imencode(path.suffix, image, flags or [])
    assert ok
    path.write_bytes(data.tobytes())
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "webp", "tiff", "jp2"])
def test_every_format_is_read_as_rgb(tmp_path, suffix):
    frame = read_picture(write(tmp_path / f"é a.{suffix}", PICTURE))
    assert (frame.index, frame.time_s) == (0, 0.0)
    assert frame.image.dtype == np.uint8
    # JPEG and WebP mix the two colours at the seam.
    np.testing.assert_allclose(
        frame.image[:, [0, 10, 30]], PICTURE[:, [0, 10, 30]], atol=6
    )


def test_grey_has_three_equal_channels(tmp_path):
    grey = np.tile(np.arange(40, dtype=np.uint8), (20, 1))
    image = read_picture(write(tmp_path / "a.png", grey)).image
    np.testing.assert_array_equal(image, np.stack([grey] * 3, axis=-1))


def test_sixteen_bits_become_eight(tmp_path):
    deep = np.full((20, 40), 200 * 256 + 17, np.uint16)
    image = read_picture(write(tmp_path / "a.png", deep)).image
    assert image.dtype == np.uint8
    assert (image == 200).all()


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_fewer_bits_in_sixteen_are_scaled_by_their_range(tmp_path, bits):
    top = 2**bits - 1
    ramp = np.linspace(0, top, 40).round().astype(np.uint16)
    frame = read_picture(write(tmp_path / "a.png", np.tile(ramp, (20, 1))))
    expected = np.linspace(0, 255, 40)
    np.testing.assert_allclose(frame.image[3, :, 0], expected, atol=1)
    (warning,) = frame.warnings
    assert f"reach only {top}" in warning and f"{bits} bits" in warning


def test_sixteen_bits_in_colour_keep_their_channels(tmp_path):
    deep = PICTURE.astype(np.uint16) * 257
    frame = read_picture(write(tmp_path / "a.tiff", deep))
    np.testing.assert_array_equal(frame.image, PICTURE)
    assert frame.warnings == ()


def test_a_thermal_picture_is_said_to_be_none_for_faces(tmp_path):
    heat = np.linspace(29_000, 31_000, 800).reshape(20, 40).astype(np.uint16)
    frame = read_picture(write(tmp_path / "a.png", heat))
    assert "thermal" in frame.warnings[0]


def test_fractions_are_scaled_and_other_numbers_refused(tmp_path):
    ramp = np.tile(np.linspace(0, 1, 40, dtype=np.float32), (20, 1))
    image = read_picture(write(tmp_path / "a.tiff", ramp)).image
    expected = np.linspace(0, 255, 40)
    np.testing.assert_allclose(image[3, :, 0], expected, atol=1)
    with pytest.raises(ValueError, match="Received: float32, 0 to 900"):
        read_picture(write(tmp_path / "b.tiff", 900 * ramp))


def test_alpha_is_ignored(tmp_path):
    alpha = np.full((20, 40, 1), 90, np.uint8)
    path = write(tmp_path / "a.png", np.concatenate([PICTURE, alpha], axis=2))
    np.testing.assert_array_equal(read_picture(path).image, PICTURE)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, PICTURE),
        (3, np.rot90(PICTURE, 2)),
        (6, np.rot90(PICTURE, -1)),  # to be turned clockwise
        (8, np.rot90(PICTURE, 1)),
    ],
)
def test_the_exif_orientation_is_applied(tmp_path, orientation, expected):
    path = write(tmp_path / "a.jpg", PICTURE)
    entry = b"\x12\x01\x03\x00\x01\x00\x00\x00" + bytes([orientation, 0, 0, 0])
    tiff = b"II*\x00\x08\x00\x00\x00\x01\x00" + entry + bytes(4)
    exif = b"Exif\x00\x00" + tiff
    length = (len(exif) + 2).to_bytes(2, "big")
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + length + exif + data[2:])
    image = read_picture(path).image
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 6


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"", "an empty file"), (b"no picture", "cannot be read as one")],
)
def test_what_is_no_picture_is_refused(tmp_path, data, found):
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=f"a.jpg: expected a picture.*{found}"):
        read_picture(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="found nothing there"):
        read_picture(tmp_path / "none.jpg")
    with pytest.raises(ValueError, match="found a folder"):
        read_picture(tmp_path)


# What AVIF and HEIC are written with; colours come back within some levels.
def pillow_picture(orientation=None):
    picture = Image.fromarray(np.kron(PICTURE, np.ones((4, 4, 1), np.uint8)))
    exif = Image.Exif()  # not the picture's own, which would turn it, too
    if orientation:
        exif[274] = orientation
    return picture, exif


def write_heic(path, orientation=None, **how):
    pillow_heif = pytest.importorskip("pillow_heif")
    picture, exif = pillow_picture(orientation)
    heif = pillow_heif.from_pillow(picture)
    heif.save(path, quality=95, exif=exif.tobytes(), **how)
    return path


def write_avif(path, orientation=None):
    picture, exif = pillow_picture(orientation)
    picture.save(path, "AVIF", quality=95, exif=exif.tobytes())
    return path


@pytest.mark.parametrize("writer", [write_heic, write_avif])
@pytest.mark.parametrize(
    ("orientation", "turns"), [(None, 0), (3, 2), (6, -1), (8, 1)]
)
def test_photos_of_telephones_are_upright(tmp_path, writer, orientation, turns):
    path = writer(tmp_path / "a.jpg", orientation)
    if orientation:
        assert b"irot" in path.read_bytes()
    image = read_picture(path).image
    expected = np.rot90(np.array(pillow_picture()[0]), turns)
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 8


def test_a_turn_that_exif_alone_knows_is_applied(tmp_path):
    path = write_heic(tmp_path / "a.heic", orientation=6)
    # No turn of its own any more, as some programs write it.
    path.write_bytes(path.read_bytes().replace(b"irot", b"free"))
    image = read_picture(path).image
    assert image.shape == (160, 80, 3)


def test_tiles_are_joined(tmp_path):
    path = write_heic(tmp_path / "a.heic", tile_size=64)
    assert b"grid" in path.read_bytes()
    image = read_picture(path).image
    expected = np.array(pillow_picture()[0])
    assert image.shape == expected.shape
    assert np.abs(image.astype(int) - expected).mean() < 8


def test_other_pictures_in_the_file_are_passed_over(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    heif = pillow_heif.from_pillow(Image.new("RGB", (320, 320), "white"))
    heif.add_from_pillow(pillow_picture()[0])
    heif.save(tmp_path / "a.heic", primary_index=1, quality=95)
    assert read_picture(tmp_path / "a.heic").image.shape == (80, 160, 3)


def test_hdr_photos_are_tone_mapped_and_said(tmp_path):
    path = write_heic(
        tmp_path / "a.heic",
        save_nclx_profile=True,
        color_primaries=9,
        transfer_characteristics=16,
    )
    data = path.read_bytes()
    place = data.index(b"colrnclx") + 8
    path.write_bytes(data[:place] + b"\x00\x09\x00\x10" + data[place + 4 :])
    frame = read_picture(path)
    assert "HDR (PQ)" in frame.warnings[0]
    avif = write_avif(tmp_path / "a.avif")
    data = avif.read_bytes()
    place = data.index(b"colrnclx") + 8
    avif.write_bytes(data[:place] + b"\x00\x09\x00\x12" + data[place + 4 :])
    assert "HDR (HLG)" in read_picture(avif).warnings[0]


def test_without_the_library_heic_says_how_to_get_it(tmp_path, monkeypatch):
    path = write_heic(tmp_path / "a.heic")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ValueError, match="pip install pillow-heif"):
        read_picture(path)


@pytest.mark.parametrize("writer", [write_heic, write_avif])
def test_a_cut_photo_is_refused(tmp_path, writer):
    path = writer(tmp_path / "a.bin")
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ValueError, match="cannot be read as one"):
        read_picture(path)


@pytest.mark.parametrize("suffix", ["gif", "webp", "avif"])
def test_of_an_animation_the_first_picture_is_read(tmp_path, suffix):
    shades = [Image.new("RGB", (40, 20), (v, v, v)) for v in (20, 220)]
    path = tmp_path / f"a.{suffix}"
    shades[0].save(path, save_all=True, append_images=shades[1:])
    image = read_picture(path).image
    assert image.shape == (20, 40, 3) and abs(image.mean() - 20) < 3


def test_a_jpeg_with_something_behind_it_is_that_jpeg(tmp_path):
    # As photos with a gain map or a short clip are stored.
    first, second = io.BytesIO(), io.BytesIO()
    pillow_picture()[0].save(first, "JPEG")
    Image.new("RGB", (16, 16)).save(second, "JPEG")
    path = tmp_path / "a.jpg"
    path.write_bytes(first.getvalue() + second.getvalue())
    assert read_picture(path).image.shape == (80, 160, 3)


# The face of shared/data/videos/single_face.jpg, 572 wide and 562 high.
@pytest.mark.parametrize(
    ("name", "scale"),
    [("tiled.heic", 2), ("rotated.heic", 2), ("grey_12bit_in_16.png", 0.5)],
)
def test_faces_of_the_field_are_found(field_case, name, scale):
    image = read_picture(field_case(name)).image
    assert image.shape == (round(562 * scale), round(572 * scale), 3)
    (face,) = FaceDetector().detect(image)
    expected = np.array([195, 145, 177, 254]) * scale
    assert overlap(face.box, expected) > 0.8
