import cv2
import numpy as np
import pytest

from emoaff.faces import read_picture

# Orange on the left, blue on the right.
PICTURE = np.zeros((20, 40, 3), np.uint8)
PICTURE[:, :20] = (230, 120, 20)
PICTURE[:, 20:] = (20, 40, 220)


def write(path, image, flags=None):
    if image.ndim == 3:
        image = image[..., [2, 1, 0, 3][: image.shape[2]]]
    ok, data = cv2.imencode(path.suffix, image, flags or [])
    assert ok
    path.write_bytes(data.tobytes())
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "webp", "tiff"])
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
