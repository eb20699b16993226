"""Small videos whose every frame says its number, for tests to read."""

from fractions import Fraction

import av
import numpy as np

WIDTH, HEIGHT = 64, 48


def numbered(number):
    """A picture of eight stripes: the bits of a number, lowest on the left."""
    bits = [255 * ((number >> bit) & 1) for bit in range(8)]
    row = np.repeat(np.uint8(bits), WIDTH // 8)
    return np.ascontiguousarray(
        np.broadcast_to(row[None, :, None], (HEIGHT, WIDTH, 3))
    )


def number_of(image):
    """The number that `numbered` wrote, at any size."""
    stripes = np.array_split(image.mean(axis=(0, 2)), 8)
    return sum(int(s.mean() > 128) << bit for bit, s in enumerate(stripes))


def write_video(
    path,
    images,
    times=None,
    codec="libx264",
    options=None,
    movflags="",
    prepare=None,
):
    """Writes images with PyAV, at 25 frames a second or at given times."""
    height, width = images[0].shape[:2]
    flags = {"movflags": movflags} if movflags else {}
    with av.open(str(path), "w", options=flags) as container:
        stream = container.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p"
        if prepare is not None:
            prepare(stream)
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            if times is not None:
                frame.pts = round(times[index] * 1000)
                frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_numbered(path, count, **how):
    """Writes the numbers from 0 to `count - 1`, one a frame."""
    return write_video(path, [numbered(n) for n in range(count)], **how)


def write_sound(path):
    """Writes a second of silence and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 8000), np.int16), format="s16", layout="mono"
        )
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    return path
