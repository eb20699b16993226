"""Faces to check exported files with, and to calibrate them on."""

import os
import pathlib

import cv2
import numpy as np

from emoaff.data.recordings import load_recordings
from emoaff.data.stored_pictures import stored_pictures
from emoaff.exporting.sources import Source
from emoaff.faces.crop import crop_face
from emoaff.faces.crop import stretch
from emoaff.faces.media import find_media_kind
from emoaff.faces.pictures import read_picture
from emoaff.faces.video import Video

_SAMPLE = pathlib.Path(__file__).parents[2] / "examples/media/astronaut.mp4"
_SAMPLE_FACE = (170, 55, 105, 130)  # x, y, w, h of its first two seconds


def draw_faces(size: tuple[int, int], people: int, frames: int) -> np.ndarray:
    """Draws people whose expressions change, and adds a real one.

    The last of the people is the sample clip's, where emoaff runs from a
    checkout that has it.

    Args:
        size: Height and width.
        people: How many.
        frames: Of each.

    Returns:
        uint8 `(people, frames, height, width, 3)`, RGB.
    """
    # They draw for tests of corpora; most users never need them.
    from tfds_builders.synthetic_affect.filming import film_crops
    from tfds_builders.synthetic_affect.identity import draw_identity
    from tfds_builders.synthetic_affect.styles import STYLES

    real = _SAMPLE.is_file()
    clips = []
    for number in range(people - real):
        rng = np.random.default_rng(number)
        phase = np.linspace(0, 2 * np.pi, frames, endpoint=False) + number
        truth = 0.9 * np.stack([np.sin(phase), np.cos(phase)], axis=1)
        film = film_crops(
            rng,
            draw_identity(rng),
            STYLES["studio"],
            truth,
            np.ones(frames, bool),
        )
        clips.append([_resized(picture, size) for picture in film])
    if real:
        pictures = [
            frame.image
            for _, frame in zip(range(50), Video(_SAMPLE), strict=False)
        ]
        seen = np.linspace(0, len(pictures) - 1, frames).round().astype(int)
        crops = [crop_face(pictures[i], _SAMPLE_FACE, 0.2, 128) for i in seen]
        clips.append([_resized(crop, size) for crop in crops])
    return np.array(clips)


def read_faces(
    source: Source, given, frames: int, limit: int = 512
) -> np.ndarray:
    """Reads the faces that a user names.

    Args:
        source: The model they are for.
        given: A folder of face crops (pictures), searched through with its
            subfolders, whose pictures in order of name are taken for
            consecutive frames where the model takes clips; or an array, uint8
            `(n, height, width, 3)` or `(n, frames, height, width, 3)`.
        frames: Of a clip.
        limit: Most pictures to take, evenly spread.

    Returns:
        uint8 `(n, height, width, 3)`, or `(n, frames, height, width, 3)` for a
        model of clips.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If there is no picture, or the array is no such array.
    """
    if isinstance(given, str | os.PathLike):
        pictures = _read_folder(source, pathlib.Path(given), frames, limit)
    else:
        pictures = np.asarray(given)
    shape = pictures.shape
    if (
        pictures.dtype != np.uint8
        or pictures.ndim not in (4, 5)
        or shape[-3:] != source.picture
        or not len(pictures)
        or (pictures.ndim == 5 and not source.takes_clips)
    ):
        raise ValueError(
            "Expected calibration pictures as uint8 (n, height, width, 3) of "
            f"{source.picture[0]}x{source.picture[1]}. Received: shape="
            f"{shape}, dtype={pictures.dtype}."
        )
    if source.takes_clips and pictures.ndim == 4:
        return _clips(pictures, frames)
    return pictures


def read_corpus_faces(
    source: Source,
    dataset: str,
    split: str,
    data_dir: str | os.PathLike,
    frames: int = 24,
    limit: int = 512,
) -> np.ndarray:
    """Reads faces of a built corpus, evenly spread over it.

    Args:
        source: The model they are for.
        dataset: A built corpus, see `emoaff.corpora`.
        split: A split of it.
        data_dir: Where it was built.
        frames: Of a clip; a recording that is shorter repeats its last frame.
        limit: Most pictures to take.

    Returns:
        See `read_faces`.

    Raises:
        FileNotFoundError: If the corpus was not built.
    """
    recordings = load_recordings(dataset, split, data_dir)
    size = source.picture[0]
    count = len(recordings.names)
    if source.takes_clips:
        chosen = _spread_evenly(count, max(1, limit // frames))
    else:
        chosen = _spread_evenly(count, limit)
    subset = recordings.subset(chosen)
    kept = {}
    taken = _mark_firsts(subset.recording, frames if source.takes_clips else 1)
    row = 0
    for batch in stored_pictures(subset, size):
        for picture in batch:
            if taken[row]:
                kept.setdefault(subset.recording[row], []).append(
                    _cut(source, picture)
                )
            row += 1
    pictures = list(kept.values())
    if not source.takes_clips:
        return np.array([p for clip in pictures for p in clip])
    return np.array(
        [clip + clip[-1:] * (frames - len(clip)) for clip in pictures]
    )


def _read_folder(source, folder, frames, limit):
    if not folder.is_dir():
        raise FileNotFoundError(
            f"Expected a folder of face pictures to calibrate with. There is "
            f"none at {folder}."
        )
    files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and find_media_kind(file) == "picture"
    ]
    if not files:
        raise ValueError(
            f"Expected pictures to calibrate with in {folder}. There are none."
        )
    if not source.takes_clips:
        files = [files[i] for i in _spread_evenly(len(files), limit)]
    files = files[: max(limit, frames)]
    return np.array([_cut(source, read_picture(f).image) for f in files])


def _cut(source, picture):
    """A whole crop as the model takes it, as `Preset.predict` does."""
    height, width = source.picture[:2]
    crop = source.config.get("crop", {})
    how = crop.get("interpolation", "area")
    if crop.get("shape") == "stretch":
        return _resized(
            stretch(picture, max(height, width), how), (height, width)
        )
    box = (0, 0, picture.shape[1], picture.shape[0])
    square = crop_face(picture, box, 0.0, max(height, width), how)
    return _resized(square, (height, width))


def _clips(pictures, frames):
    if len(pictures) < frames:
        rows = np.arange(frames).clip(max=len(pictures) - 1)
        return pictures[rows][np.newaxis]
    count = len(pictures) // frames
    return pictures[: count * frames].reshape(
        count, frames, *pictures.shape[1:]
    )


def _mark_firsts(recording, frames):
    """Marks the first frames of each recording."""
    starts = np.r_[True, recording[1:] != recording[:-1]]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0))
    return np.arange(len(starts)) - first < frames


def _spread_evenly(count, limit):
    return np.unique(np.linspace(0, count - 1, min(count, limit)).astype(int))


def _resized(picture, size):
    height, width = size
    how = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_LINEAR
    return cv2.resize(picture, (width, height), interpolation=how)
