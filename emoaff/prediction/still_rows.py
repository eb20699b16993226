"""Rows of a preset that takes pictures one by one."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.faces.frame import Frame
from emoaff.faces.track import Face
from emoaff.prediction.row import Row
from emoaff.prediction.row_making import row_values

_CROPS = 32  # a batch for the model; more gain nothing on a CPU
_FRAMES = 64  # frames to wait for a batch to fill


def still_rows(
    observed: Iterable[tuple[Frame, list[Face]]],
    preset,
    crop: Callable,
    wait: int = _FRAMES,
) -> Iterator[Row]:
    """Turns frames with faces into rows, running the model in batches.

    Args:
        observed: Frames with their faces.
        preset: Has `predict`; see `emoaff.presets.preset.Preset`.
        crop: `(image, box)` to what `preset.predict` takes.
        wait: Frames to wait for a batch to fill.

    Yields:
        Rows in the order of frames, then faces.
    """
    waiting, crops = [], []
    for frame, faces in observed:
        crops += [crop(frame.image, face.box) for face in faces]
        # The picture itself is not kept: crops are all that is needed.
        waiting.append((frame.index, frame.time_s, faces))
        if len(crops) >= _CROPS or len(waiting) >= wait:
            yield from _flush(waiting, crops, preset)
            waiting, crops = [], []
    yield from _flush(waiting, crops, preset)


def _flush(waiting, crops, preset):
    answers = preset.predict(crops) if crops else {}
    i = 0
    for index, time_s, faces in waiting:
        if not faces:
            yield Row(index, time_s)
        for face in faces:
            values = row_values({k: v[i] for k, v in answers.items()})
            yield Row(
                index,
                time_s,
                face.person,
                face.box,
                face.score,
                doubt=face.doubt,
                **values,
            )
            i += 1
