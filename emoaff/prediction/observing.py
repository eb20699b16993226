"""From frames to the faces that are used of each."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.faces.detect import FaceDetector
from emoaff.faces.frame import Frame
from emoaff.faces.track import Face
from emoaff.faces.track import FaceTracker
from emoaff.prediction.options import Options


def observed(
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
            yield frame, chosen(faces, options)
        return
    held, lost_s, gap_s = [], None, options.gap_s + 1e-9
    for frame in frames:
        sampled = samples is None or samples(frame)
        faces = []
        if sampled or options.detection == "every":
            found = detector.detect(frame.image)
            faces = [Face(1, d.box, d.score, sampled, d.turn) for d in found]
            faces = chosen(faces, options)
        if faces:
            held, lost_s = [_unseen(faces[0])], None
        elif samples is not None:
            if sampled and lost_s is None:
                lost_s = frame.time_s
            if lost_s is not None and frame.time_s - lost_s > gap_s:
                held = []
            faces = held
        yield frame, faces


def chosen(faces: list[Face], options: Options) -> list[Face]:
    """Gives the faces that `options` wants; of equals, the later one.

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


def _unseen(face):
    return dataclasses.replace(face, detected=False)
