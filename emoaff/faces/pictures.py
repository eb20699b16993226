"""Reading still pictures."""

import contextlib
import io
import os
import pathlib
from warnings import catch_warnings
from warnings import simplefilter

import cv2
import numpy as np

from emoaff.faces import tiff
from emoaff.faces import tone
from emoaff.faces.codec_messages import CUT_SHORT
from emoaff.faces.codec_messages import collect_messages
from emoaff.faces.codec_messages import find_damage
from emoaff.faces.frame import Frame
from emoaff.faces.git_lfs import refuse_pointer
from emoaff.faces.signatures import describe_refusal

_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc")
_AVIF_BRANDS = (b"avif", b"avis")
_DEPTHS = (8, 10, 12, 14, 16)  # bits that cameras use
_NARROW = 1 / 16  # of the range; photographs fill more of it
_ORIENTATION = 274  # EXIF tag
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_WHITE_IS_ZERO = 0  # the photometric interpretation
# Not IMREAD_COLOR_RGB, which garbles TIFF of 16 bits in OpenCV 5.0.
_FLAGS = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH


def read_picture(path: str | os.PathLike) -> Frame:
    """Reads a still picture as one frame at time 0.

    JPEG, PNG, BMP, WebP, TIFF, GIF, JPEG 2000, AVIF and HEIC. It is turned
    upright as EXIF or the file's own property says, tiles are joined, grey
    becomes RGB, alpha, thumbnails and gain maps are ignored, and of an
    animation or a file of several pages only the first picture is read. A
    JPEG that lacks nothing but the mark of its end is read.

    More than 8 bits become 8. Values that only fill 8, 10, 12 or 14 of 16
    bits are scaled by that range, and HDR is tone-mapped; `Frame.warnings`
    says so, and what its codec says about damaged data.

    Args:
        path: The file.

    Returns:
        `Frame(0, 0.0, image, warnings)`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is a folder, empty, a pointer of Git LFS, or not a
            picture that can be read.

    Example:
    >>> frame = read_picture("astronaut.jpg")
    >>> frame.image.shape, frame.image.dtype, frame.time_s
    ((512, 512, 3), dtype('uint8'), 0.0)
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: expected a picture, found nothing there. Check the path."
        )
    if not path.is_file() or path.stat().st_size == 0:
        found = "a folder" if path.is_dir() else "a pipe or device"
        found = "an empty file" if path.is_file() else found
        raise ValueError(
            f"{path}: expected a picture, found {found}. Give a picture file."
        )
    refuse_pointer(path, "a picture")
    refusal = describe_refusal(path)
    if refusal:
        raise ValueError(f"{path}: expected a picture, {refusal}")
    data = path.read_bytes()
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand in _HEIF_BRANDS:
        image, warnings = _read_heif(data, path)
    elif brand in _AVIF_BRANDS:
        image, warnings = _read_with_pillow(data, path)
        image, more = _show_hdr(image, _find_colours(data))
        warnings = warnings + more
    else:
        image, notes = _decode_whole(data, path)
        if image is None:
            image, warnings = _read_with_pillow(data, path)
        else:
            image, warnings = _reduce_depth(image, path)
        warnings = notes + warnings
    return Frame(0, 0.0, np.ascontiguousarray(image), warnings)


def _decode_whole(data, path):
    """Decodes what OpenCV knows, and says what is odd about it."""
    image, damage = _decode(data)
    if data.startswith(_JPEG) and (image is None or damage == CUT_SHORT):
        # Either the rest is missing, or no more than the mark of the end.
        again, missing = _decode(data.rstrip(b"\0") + _JPEG_END)
        if again is not None and missing:
            raise ValueError(
                f"{path}: expected a whole picture, found a JPEG that is cut "
                "short. Get a whole copy."
            )
        if again is not None:
            return again, ("the mark of its end is missing",)
    if image is None:
        return None, ()
    notes = ()
    if damage:
        notes = (
            f"its data is damaged ({damage}); parts of the picture may be "
            "wrong",
        )
    directories = tiff.read_directories(data)
    pictures = tiff.count_pictures(directories)
    if pictures > 1:
        notes += (
            f"it holds {pictures} pictures; only the first was looked at",
        )
    if directories and directories[0].get(tiff.PHOTOMETRIC) == _WHITE_IS_ZERO:
        # OpenCV leaves them as they are, but turns those of 8 bits around.
        image = 65535 - image if image.dtype == np.uint16 else image
    return image, notes


def _decode(data):
    """Gives the picture, or None, and what the codec says about damage."""
    image = None
    # Too large for OpenCV, or damaged in its header.
    with collect_messages() as lines, contextlib.suppress(cv2.error):
        image = cv2.imdecode(np.frombuffer(data, np.uint8), _FLAGS)
    image = None if image is None else image[..., ::-1]
    return image, find_damage(lines)


def _read_with_pillow(data, path):
    from PIL import Image
    from PIL import ImageOps

    try:
        # Errors say what matters; what Pillow warns of harms no pixel.
        with catch_warnings():
            simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as picture:
                picture = ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        size = str(error).partition(" exceeds")[0].lower()
        raise ValueError(
            f"{path}: expected a picture that can be held in memory, found one "
            f"that is too large ({size}). Scale it down first."
        ) from error
    # Damaged files end in errors of any type in its decoders.
    except Exception as error:
        raise ValueError(
            f"{path}: expected a picture (JPEG, PNG, BMP, WebP, TIFF, GIF, "
            "JPEG 2000, AVIF or HEIC), but it cannot be read as one. Convert "
            "it, or get a whole copy."
        ) from error
    return _to_rgb(picture, path)


def _read_heif(data, path):
    try:
        import pillow_heif
    except ImportError as error:
        raise ValueError(
            f"{path}: expected a picture that can be read here, found HEIC, "
            "which needs pillow-heif. Run `pip install pillow-heif`, or "
            "convert it to JPEG."
        ) from error
    from PIL import ImageOps

    try:
        # The primary picture: tiles joined, turned, no thumbnail or gain map.
        heif = pillow_heif.open_heif(io.BytesIO(data))
        picture = heif.to_pillow()
        colours = heif.info.get("nclx_profile") or {}
        turn = picture.info.get("original_orientation") or 1
        if turn != 1 and not any(p in data for p in (b"irot", b"imir")):
            # EXIF alone says how to turn it, which the library leaves undone.
            picture.getexif()[_ORIENTATION] = turn
            picture = ImageOps.exif_transpose(picture)
    except Exception as error:
        raise ValueError(
            f"{path}: expected a HEIC picture, but it cannot be read as one "
            f"({error}). Get a whole copy, or convert it to JPEG."
        ) from error
    image, warnings = _to_rgb(picture, path)
    image, more = _show_hdr(
        image,
        (
            int(colours.get("color_primaries", 1)),
            int(colours.get("transfer_characteristics", 1)),
        ),
    )
    return image, warnings + more


def _to_rgb(picture, path):
    if picture.mode.startswith(("I", "F")):
        grey = np.asarray(picture)
        return _reduce_depth(np.stack([grey] * 3, axis=-1), path)
    return np.asarray(picture.convert("RGB")), ()


def _find_colours(data):
    """Reads primaries and transfer of an AVIF; BT.709's where it says none."""
    place = data.find(b"colrnclx")
    # A gain map's file has colours of its HDR version, too.
    if place < 0 or b"tmap" in data[:place]:
        return 1, 1
    numbers = data[place + 8 : place + 12]
    return int.from_bytes(numbers[:2], "big"), int.from_bytes(
        numbers[2:], "big"
    )


def _show_hdr(image, colours):
    primaries, transfer = colours
    if transfer not in tone.HDR:
        return image, ()
    image = tone.tone_map(image, transfer, primaries)
    return image, (tone.describe_hdr(transfer),)


def _reduce_depth(image, path):
    """Makes 8 bits of any type; gives the picture and warnings."""
    if image.dtype == np.uint8:
        return image, ()
    low, high = float(np.nanmin(image)), float(np.nanmax(image))
    if image.dtype.kind == "f" and 0 <= low and high <= 1:
        return np.uint8(np.rint(255 * np.nan_to_num(image))), ()
    if image.dtype.kind == "f" or low < 0 or high >= 2**16:
        raise ValueError(
            f"{path}: expected a picture of whole numbers from 0 to 65535, or "
            f"of fractions from 0 to 1. Received: {image.dtype}, {low:g} to "
            f"{high:g}. Scale it, and save it with 8 or 16 bits."
        )
    depth = next(bits for bits in _DEPTHS if high < 2**bits)
    warnings = ()
    if depth < 16:
        warnings = (
            f"its {8 * image.itemsize}-bit values reach only {high:.0f}; they "
            f"were taken for {depth} bits and scaled by {2**depth - 1}",
        )
    dark, bright = np.percentile(image[::4, ::4], [1, 99])
    if 0 < bright - dark < _NARROW * 2**depth:
        warnings += (
            f"most of its values lie between {dark:.0f} and {bright:.0f}, as "
            "in a thermal or depth picture; faces may not be seen until they "
            "are stretched over the whole range",
        )
    if depth == 16:
        return np.uint8(image >> 8), warnings
    scaled = image.astype("float32") * (255 / (2**depth - 1))
    return np.uint8(np.rint(scaled)), warnings
