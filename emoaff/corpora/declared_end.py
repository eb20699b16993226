"""Which labels lie after the end of their video, as that declares."""

import math
import pathlib

import numpy as np

from emoaff.corpora.frame_labels import FrameLabels
from emoaff.faces.video import Video

_SLACK_S = 1e-3  # containers round times to milliseconds


def mark_labels_after_end(
    labels: FrameLabels, path: pathlib.Path
) -> np.ndarray:
    """Marks the labels for which a video has no frame.

    What a video declares may be wrong by some frames, so this is for a look
    ahead; building goes by the frames that are there.

    Args:
        labels: By frame or by time.
        path: The video, of which the first frames are read.

    Returns:
        bool `(n,)`, a mark for each row; none where the labels hold
        throughout, or the video does not say its length or cannot be read.
    """
    nothing = np.zeros(len(labels), bool)
    if labels.frames is None and labels.times is None:
        return nothing
    try:
        with Video(path) as video:
            count, seconds = video.declared_frames, video.duration_s
            fps = video.average_fps
    except (ValueError, OSError):
        return nothing
    if labels.frames is not None:
        count = count or seconds * fps
        return nothing if math.isnan(count) else labels.frames >= round(count)
    if math.isnan(seconds):
        return nothing
    # A row reaches back to the last frame, or counts from its time on.
    last = seconds - _SLACK_S
    if not labels.ahead and not math.isnan(fps):
        last += min(labels.reach_s, 1 / fps)
    return labels.times >= last
