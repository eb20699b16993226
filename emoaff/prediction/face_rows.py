"""From frames to faces, and from faces to rows."""

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.faces.detect import FaceDetector
from emoaff.faces.frame import Frame
from emoaff.faces.track import Face
from emoaff.faces.track import FaceTracker
from emoaff.labels import DIMENSIONS
from emoaff.prediction.options import Options
from emoaff.prediction.row import Row

CROPS = 32  # a batch for the image model; more gain nothing on a CPU
FRAMES = 64  # frames to wait for a batch to fill


def observe(
    frames: Iterable[Frame],
    options: Options,
    detector: FaceDetector,
    tracker=FaceTracker,
    samples=None,
) -> Iterator[tuple[Frame, list[Face]]]:
    """Finds the faces of a video's frames and picks those that are wanted.

    Args:
        frames: In order; those that `options.every` skips are not given.
        options: See `Options`.
        detector: Finds faces.
        tracker: The class that follows them.
        samples: Says of a frame whether a model with a memory looks at it;
            `None` for a model of pictures, which looks at all. Without a
            tracker, a face then stays where it was until the next sample, and
            for `options.gap_s` where none is found any more.

    Yields:
        Each frame with its faces.
    """
    frames = (frame for frame in frames if frame.index % options.every == 0)
    if options.detection == "track":
        followed = tracker(detector, live=options.live).track(frames)
        for frame, faces in followed:
            yield frame, choose_faces(faces, options)
        return
    held, lost_s, gap_s = [], None, options.gap_s + 1e-9
    for frame in frames:
        sampled = samples is None or samples(frame)
        faces = []
        if sampled or options.detection == "every":
            found = detector.detect(frame.image)
            faces = [Face.of(1, each.box, sampled, each) for each in found]
            faces = choose_faces(faces, options)
        if faces:
            held, lost_s = [_mark_undetected(faces[0])], None
        elif samples is not None:
            if sampled and lost_s is None:
                lost_s = frame.time_s
            if lost_s is not None and frame.time_s - lost_s > gap_s:
                held = []
            faces = held
        yield frame, faces


def choose_faces(faces: list[Face], options: Options) -> list[Face]:
    """Selects the faces that `options` asks for; of equals, the later one.

    Args:
        faces: Of one frame.
        options: Its `faces` and `min_score`.
    """
    faces = [face for face in faces if face.score > options.min_score]
    if options.faces == "all":
        return faces
    rank = {
        "largest": lambda face: face.box[2] * face.box[3],
        "best": lambda face: face.score,
        "lowest": lambda face: -face.score,
    }[options.faces]
    return sorted(faces, key=rank)[-1:]


def _mark_undetected(face):
    return dataclasses.replace(face, detected=False)


def cut_faces(
    observed: Iterable[tuple[Frame, list[Face]]], crop: Callable
) -> Iterator[tuple[int, float, list[Face], list[np.ndarray]]]:
    """Cuts the faces out of frames, which are not kept.

    Args:
        observed: Frames with their faces.
        crop: `(frame, box)` to what `Preset.predict` takes.

    Yields:
        Index and seconds of each frame, its faces, and a crop of each.
    """
    for frame, faces in observed:
        crops = [crop(frame, face.box) for face in faces]
        yield frame.index, frame.time_s, faces, crops


def still_rows(
    cut: Iterable[tuple[int, float, list[Face], list[np.ndarray]]],
    preset,
    wait: int = FRAMES,
) -> Iterator[Row]:
    """Turns frames with faces into rows, running the model in batches.

    Args:
        cut: Frames with their faces, from `cut_faces`.
        preset: Has `predict`; see `emoaff.presets.preset.Preset`.
        wait: Frames to wait for a batch to fill.

    Yields:
        Rows in the order of frames, then faces.
    """
    waiting, batch = [], []
    for *frame, crops in cut:
        batch += crops
        waiting.append(frame)
        if len(batch) >= CROPS or len(waiting) >= wait:
            yield from _flush(waiting, batch, preset)
            waiting, batch = [], []
    yield from _flush(waiting, batch, preset)


def _flush(waiting, crops, preset):
    answers = preset.predict(crops) if crops else {}
    i = 0
    for index, time_s, faces in waiting:
        if not faces:
            yield Row(index, time_s)
        for face in faces:
            values = {name: rows[i] for name, rows in answers.items()}
            yield make_row(index, time_s, face, values)
            i += 1


def make_row(
    index: int, time_s: float, face: Face, values: dict[str, np.ndarray]
) -> Row:
    """Makes the row of one face.

    Args:
        index: 0-based number of the frame.
        time_s: Its time in seconds.
        face: The face.
        values: What the model says of it, by the names of
            `emoaff.presets.preset.Preset.named`: `expression` `(classes,)`,
            `valence` and `arousal` numbers; empty where there is no answer.

    Returns:
        The row; affect that is not NaN has the source `"model"`.
    """
    affect = {d: float(values[d]) for d in DIMENSIONS if d in values}
    sources = {
        f"{d}_source": "model" for d, v in affect.items() if not math.isnan(v)
    }
    return Row(
        index,
        time_s,
        face.person,
        face.box,
        face.score,
        values.get("expression"),
        doubt=face.doubt,
        **affect,
        **sources,
    )
