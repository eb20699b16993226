"""Telling media whose pictures are encrypted, so that an error can say so."""

import pathlib

_HEAD = 1 << 20  # bytes; headers of Matroska and ASF end before
_ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
_ASF_LOCKS = (
    # Content Encryption, Extended and Advanced Content Encryption Object.
    b"\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e",
    b"\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c",
    b"\xb6\x9b\x07\x7a\xa4\xda\x12\x4e\xa5\xca\x91\xd3\x8d\xc1\x1a\x8d",
)
_EBML = b"\x1a\x45\xdf\xa3"
_CLUSTER = b"\x1f\x43\xb6\x75"
_CONTENT_ENCODINGS, _CONTENT_ENCRYPTION = b"\x6d\x80", b"\x50\x35"
_BOXES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_PACKETS = 2000  # of a transport stream that are looked at


def find_encryption(path: pathlib.Path) -> str:
    """Describes how the pictures of a file are encrypted.

    Args:
        path: A file that exists.

    Returns:
        The name of the protection; empty where none was found.
    """
    with path.open("rb") as file:
        start = file.read(12)
        file.seek(0)
        if start[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"styp"):
            return _find_in_boxes(file, path.stat().st_size)
        if start.startswith(_EBML):
            return _find_in_matroska(file.read(_HEAD))
        if start[:8] == _ASF[:8]:
            head = file.read(_HEAD)
            locked = any(lock in head for lock in _ASF_LOCKS)
            return "Windows Media DRM" if locked else ""
        if start[:1] == b"\x47":
            return _find_in_transport_stream(file.read(_PACKETS * 188), 188)
    return ""


def _find_in_boxes(file, end, depth=0):
    """Walks the boxes of an MP4 down to the sample entries of its tracks."""
    while file.tell() + 8 <= end:
        start = file.tell()
        size, name = int.from_bytes(file.read(4), "big"), file.read(4)
        if size == 1:
            size = int.from_bytes(file.read(8), "big")
        inner = file.tell()
        stop = end if size == 0 else min(start + size, end)
        if stop < inner:
            return ""  # damaged
        if name in _BOXES[depth : depth + 1]:
            found = _find_in_boxes(file, stop, depth + 1)
            if found:
                return found
        if name == b"stsd" and depth == len(_BOXES):
            entry = file.read(16)[12:]
            if entry == b"encv":
                return "Common Encryption, as of streaming services"
            if entry == b"drmi":
                return "FairPlay DRM"
        file.seek(stop)
    return ""


def _find_in_matroska(head):
    tracks = head.partition(_CLUSTER)[0]
    place = tracks.find(_CONTENT_ENCODINGS)
    # The element lies a few bytes in; further on the bytes mean nothing.
    near = tracks[place : place + 64]
    found = place >= 0 and _CONTENT_ENCRYPTION in near
    return "WebM encryption, as of streaming services" if found else ""


def _find_in_transport_stream(data, size):
    packets = [data[k : k + size] for k in range(0, len(data) - size, size)]
    synced = [packet for packet in packets if packet[0] == 0x47]
    # A GIF, too, begins with this byte, and has it here and there by chance.
    if len(synced) < 0.9 * len(packets):
        return ""
    # Bits that say with which key the payload is scrambled.
    marked = [packet for packet in synced if packet[3] & 0x10]
    scrambled = sum(bool(p[3] & 0xC0) for p in marked)
    is_scrambled = marked and scrambled > 0.3 * len(marked)
    return "scrambled, as of pay television" if is_scrambled else ""
