"""Films a scene as a camera would: light, focus, noise and compression."""

import dataclasses

import cv2
import numpy as np

from tfds_builders.synthetic_affect.courses import wandering


@dataclasses.dataclass(frozen=True)
class Camera:
    """Settings of how a corpus is filmed.

    Args:
        ambient: Least and greatest share of light from everywhere, `[0, 1]`.
        brightness: Least and greatest gain of a recording.
        drift: Standard deviation of slow changes of the gain.
        flicker: Standard deviation of the gain from frame to frame.
        tint: Standard deviation of a recording's colour balance.
        haze: Greatest unevenness of the light over the picture.
        defocus: Least and greatest blur, a standard deviation in units of
            half the face's height.
        shake: How strongly movement smears, 1 for an open shutter.
        noise: Standard deviation of the noise, in levels of 0-255.
        quality: JPEG quality of the stream, 1-100; 0 leaves that out.
    """

    ambient: tuple[float, float] = (0.5, 0.7)
    brightness: tuple[float, float] = (0.9, 1.1)
    drift: float = 0.03
    flicker: float = 0.005
    tint: float = 0.02
    haze: float = 0.1
    defocus: tuple[float, float] = (0.0, 0.02)
    shake: float = 0.0
    noise: float = 2.0
    quality: int = 0


class Shot:
    """One recording's camera, at one place and under one light.

    Args:
        rng: Source of chance.
        camera: How the corpus was filmed.
        frames: Number of frames.
        fps: Frames a second.
        size: Height and width of the pictures in pixels.
        brightness: Mean level of the face's colour, over 0 to 255. Cameras
            open up for a dark face, though not all the way.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        camera: Camera,
        frames: int,
        fps: float,
        size: int,
        brightness: float = 140.0,
    ):
        self._camera = camera
        gain = rng.uniform(*camera.brightness) * (140 / brightness) ** 0.5
        gain = gain * (1 + camera.drift * wandering(rng, frames, fps, 2.0))
        gain = gain * (1 + camera.flicker * rng.standard_normal(frames))
        tint = 1 + camera.tint * rng.standard_normal(3)
        self._gain = (np.maximum(gain, 0.1)[:, None] * tint).astype("f4")
        angle = rng.uniform(0, 2 * np.pi)
        ramp = (np.arange(size, dtype="f4") + 0.5) / size - 0.5
        haze = rng.uniform(-1, 1) * camera.haze
        self._ramp = 1 + 2 * haze * (
            np.cos(angle) * ramp[None, :, None]
            + np.sin(angle) * ramp[:, None, None]
        ).astype("f4")
        self._sigma = rng.uniform(*camera.defocus)
        bank = rng.standard_normal((size + 64, size + 64, 3), dtype="f4")
        self._noise = camera.noise * bank
        self._corners = rng.integers(0, 64, (frames, 2))

    def take(
        self,
        picture: np.ndarray,
        frame: int,
        moved: tuple[float, float],
        unit: float,
    ) -> np.ndarray:
        """Films one frame.

        Args:
            picture: `(size, size, 3)` float32 RGB of the scene, 0-255.
            frame: Its number in the recording.
            moved: Pixels by which the face moved since the last frame.
            unit: Pixels of half the face's height.

        Returns:
            `(size, size, 3)` uint8 RGB.
        """
        smear = self._camera.shake * float(np.hypot(*moved))
        if smear > 1:
            picture = _smear(picture, moved, smear)
        if self._sigma * unit > 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), self._sigma * unit)
        size = len(picture)
        row, left = self._corners[frame]
        noise = self._noise[row : row + size, left : left + size]
        picture = picture * (self._ramp * self._gain[frame]) + noise
        picture = np.clip(picture + 0.5, 0, 255).astype("uint8")
        if self._camera.quality:
            picture = _compressed(picture, self._camera.quality)
        return picture


def encode(picture: np.ndarray, quality: int = 90) -> bytes:
    """Returns an RGB picture as JPEG.

    Args:
        picture: `(height, width, 3)` uint8 RGB.
        quality: 1-100.
    """
    _, encoded = cv2.imencode(
        ".jpg",
        cv2.cvtColor(picture, cv2.COLOR_RGB2BGR),
        [cv2.IMWRITE_JPEG_QUALITY, quality],
    )
    return encoded.tobytes()


def _compressed(picture, quality):
    encoded = np.frombuffer(encode(picture, quality), "uint8")
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)


def _smear(picture, moved, length):
    """Averages along a line of `length` pixels in the direction of movement."""
    length = min(length, 15.0)
    reach = int(np.ceil(length / 2))
    kernel = np.zeros((2 * reach + 1,) * 2, "f4")
    way = np.array(moved) / np.hypot(*moved) * length / 2
    ends = np.rint((np.array([-way, way]) + reach) * 16).astype(int)
    cv2.line(
        kernel,
        tuple(map(int, ends[0])),
        tuple(map(int, ends[1])),
        1.0,
        1,
        cv2.LINE_8,
        4,
    )
    return cv2.filter2D(picture, -1, kernel / kernel.sum())
