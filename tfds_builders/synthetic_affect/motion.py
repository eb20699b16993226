"""Movement apart from feelings: head, eyes, blinking and speech."""

import dataclasses

import numpy as np
from scipy import ndimage
from scipy import special

from tfds_builders.synthetic_affect.actions import column
from tfds_builders.synthetic_affect.courses import wandering
from tfds_builders.synthetic_affect.scene import Pose


@dataclasses.dataclass(frozen=True)
class Motion:
    """Settings of how much a person moves.

    Args:
        sway: Standard deviation of the head's place, in units of the face.
        zoom: Standard deviation of the head's size, as a share.
        roll_degrees: Standard deviation of the tilt to a shoulder.
        turn: Standard deviation of turning and nodding; at 1 the nose moves
            by about a third of the face's half height.
        speech: Share of the time in which the person speaks, `[0, 1]`.
        loudness: How far the mouth opens in speech, in the unit of actions.
    """

    sway: float = 0.12
    zoom: float = 0.05
    roll_degrees: float = 3.0
    turn: float = 0.25
    speech: float = 0.35
    loudness: float = 0.5


def draw_poses(
    rng: np.random.Generator,
    frames: int,
    fps: float,
    motion: Motion,
    size: int,
) -> list[Pose]:
    """Draws where a head is during one recording.

    Args:
        rng: Source of chance.
        frames: Number of frames.
        fps: Frames a second.
        motion: How much the person moves.
        size: Height and width of the scene in pixels.

    Returns:
        One pose for each frame; the face stays inside the scene.
    """

    def course(constant_s):
        # Smoothed: heads have mass.
        path = wandering(rng, frames, fps, constant_s)
        return ndimage.gaussian_filter1d(path, 0.15 * fps, mode="nearest")

    unit = rng.uniform(0.20, 0.26) * np.exp(motion.zoom * course(3.0))
    sway = motion.sway * unit
    x = np.clip(rng.uniform(0.44, 0.56) + sway * course(1.5), 0.35, 0.65)
    y = np.clip(rng.uniform(0.42, 0.48) + sway * course(1.5), 0.36, 0.54)
    roll = np.deg2rad(motion.roll_degrees) * course(2.0)
    yaw = motion.turn * (course(1.5) + 0.5 * rng.standard_normal())
    pitch = motion.turn * (0.7 * course(1.5) + 0.4 * rng.standard_normal())
    columns = np.stack([size * x, size * y, size * unit, roll, yaw, pitch])
    return [Pose(*row) for row in columns.T.tolist()]


def disturb(
    rng: np.random.Generator, actions: np.ndarray, fps: float, motion: Motion
) -> np.ndarray:
    """Adds what says nothing about the feeling: speech, blinks, glances.

    Args:
        rng: Source of chance.
        actions: `(frames, len(ACTIONS))` of the feeling alone.
        fps: Frames a second.
        motion: How much the person moves.

    Returns:
        A new array of that shape.
    """
    frames = len(actions)
    actions = actions.copy()
    mouth, width, shape = _draw_speech(rng, frames, fps, motion)
    actions[:, column("open")] += mouth
    actions[:, column("stretch")] += width
    actions[:, column("smile")] += shape
    # A lid that falls, whatever its height before.
    blinks = _draw_blinks(rng, frames, fps)
    lids = column("lids")
    actions[:, lids] = (1 + actions[:, lids]) * (1 - blinks) - 1
    for name in ("gaze_x", "gaze_y"):
        glances = np.repeat(
            rng.normal(0, 0.5, frames // round(0.8 * fps) + 1),
            round(0.8 * fps),
        )
        actions[:, column(name)] += glances[:frames]
    for name in ("brow", "smile", "lids"):
        twitch = wandering(rng, frames, fps, 0.4)
        actions[:, column(name)] += 0.06 * twitch
    return actions


def _draw_speech(rng, frames, fps, motion):
    """Opening, widening and smiling of a mouth that speaks now and then."""
    # Spells of a second or two, above the level that gives the right share.
    level = wandering(rng, frames, fps, 1.5)
    cut = special.ndtri(1 - motion.speech)
    speaks = ndimage.gaussian_filter1d(
        (level > cut).astype(float), 0.08 * fps, mode="nearest"
    )
    rate = 4.0 + 0.8 * wandering(rng, frames, fps, 0.5)  # syllables a second
    phase = 2 * np.pi * (np.cumsum(rate) / fps + rng.random())
    strength = 0.75 + 0.35 * wandering(rng, frames, fps, 0.3)
    mouth = np.maximum(strength * (0.5 - 0.5 * np.cos(phase)), 0)
    vowel = wandering(rng, frames, fps, 0.15)
    loud = speaks * motion.loudness
    return loud * mouth, 0.7 * loud * vowel, 0.25 * loud * vowel


def _draw_blinks(rng, frames, fps):
    """How far the lids are down because of blinks, `[0, 1]`."""
    clock = np.arange(frames) / fps
    down = np.zeros(frames)
    now = rng.exponential(2.0)
    while now < frames / fps:
        half = rng.uniform(0.08, 0.14)
        down = np.maximum(down, np.clip(1.3 - np.abs(clock - now) / half, 0, 1))
        now += 0.5 + rng.exponential(2.5)
    return down
