import av
import numpy as np
import pytest
from PIL import Image

from emoaff.faces import Video
from emoaff.faces.encryption import find_encryption
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered

KEY = "00112233445566778899aabbccddeeff"


def write_cenc(path):
    """An MP4 under Common Encryption, as FFmpeg makes it."""
    options = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": KEY,
        "encryption_kid": KEY,
    }
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(numbered(number), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_drmi(path):
    """An MP4 whose sample entry is that of films from a shop."""
    write_numbered(path, 5)
    data = path.read_bytes()
    place = data.index(b"avc1", data.index(b"stsd"))
    path.write_bytes(data[:place] + b"drmi" + data[place + 4 :])
    return path


def write_locked_matroska(path):
    """A Matroska file with the element of an encrypted track put in."""
    write_numbered(path, 5)
    data = path.read_bytes()
    cluster = data.index(b"\x1f\x43\xb6\x75")
    lock = b"\x6d\x80\x88\x62\x40\x85\x50\x35\x82\x47\xe1"
    path.write_bytes(data[:cluster] + lock + data[cluster:])
    return path


def write_locked_wmv(path):
    write_numbered(path, 5, codec="wmv2")
    data = path.read_bytes()
    lock = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")
    lock += (24).to_bytes(8, "little")
    size = int.from_bytes(data[16:24], "little") + len(lock)
    path.write_bytes(
        data[:16] + size.to_bytes(8, "little") + data[24:30] + lock + data[30:]
    )
    return path


def write_scrambled(path):
    """A transport stream whose packets say that they are scrambled."""
    write_numbered(path, 40)
    data = bytearray(path.read_bytes())
    for place in range(0, len(data), 188):
        if data[place + 1] & 0x1F == 1:  # the video's own packets
            data[place + 3] |= 0x80
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "write", "found"),
    [
        ("a.mp4", write_cenc, "Common Encryption"),
        ("a.m4v", write_drmi, "FairPlay"),
        ("a.webm", write_locked_matroska, "WebM encryption"),
        ("a.wmv", write_locked_wmv, "Windows Media DRM"),
        ("a.ts", write_scrambled, "scrambled"),
    ],
)
def test_encrypted_media_is_refused_in_one_sentence(
    tmp_path, name, write, found
):
    if name == "a.webm":
        path = write(tmp_path / "a.mkv").rename(tmp_path / name)
    else:
        path = write(tmp_path / name)
    with pytest.raises(ValueError, match=f"encrypted .{found}") as caught:
        Video(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.ts", "a.wmv"])
def test_open_media_is_not_taken_for_encrypted(tmp_path, name):
    codec = "wmv2" if name == "a.wmv" else "libx264"
    path = write_numbered(tmp_path / name, 30, codec=codec)
    assert find_encryption(path) == ""


@pytest.mark.parametrize("seed", range(20))
def test_damaged_boxes_end_the_search(tmp_path, seed):
    rng = np.random.default_rng(seed)
    path = write_numbered(tmp_path / "a.mp4", 3, movflags="faststart")
    data = bytearray(path.read_bytes())
    for place in rng.integers(8, 900, 30):
        data[place] = rng.integers(256)
    path.write_bytes(data)
    assert isinstance(find_encryption(path), str)


def test_boxes_in_boxes_without_end_are_not_followed(tmp_path):
    data = b""
    for _ in range(3000):
        data = (len(data) + 8).to_bytes(4, "big") + b"moov" + data
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\x00\x00\x00\x08ftyp" + data)
    assert find_encryption(path) == ""


@pytest.mark.parametrize("seed", range(10))
def test_an_animated_gif_is_not_taken_for_pay_television(tmp_path, seed):
    # Packets of transport streams begin with a G, too.
    rng = np.random.default_rng(seed)
    noise = [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(25)]
    frames = [Image.fromarray(each) for each in noise]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40)
    assert find_encryption(path) == ""
    assert len(list(Video(path))) == 25
