"""Shows, prints and records what faces show as they do."""

import collections
import json
import math
import os
import sys
from collections.abc import Callable

import cv2
import numpy as np

from emoaff.faces.detect import FaceDetector
from emoaff.prediction import tables
from emoaff.prediction.latest_frames import LatestFrames
from emoaff.prediction.live_recording import Recording
from emoaff.prediction.live_recording import find_free_name
from emoaff.prediction.live_sources import open_source
from emoaff.prediction.live_window import LiveWindow
from emoaff.prediction.live_window import draw_live
from emoaff.prediction.live_window import require_screen
from emoaff.prediction.options import Options
from emoaff.prediction.panel_layout import PanelLayout
from emoaff.prediction.video import predict_frames
from emoaff.presets import Preset

_RATE_OVER_S = 2.0  # seconds over which the rate is averaged


def run_live(
    preset: Preset,
    camera: str = "0",
    window: bool = True,
    out: str | os.PathLike = "out",
    record: bool = False,
    seconds: float = math.inf,
    write_line: Callable[[str], None] = print,
    note: Callable[[str], None] | None = None,
    **options,
) -> dict:
    """Answers pictures as they come, until the source ends or it is stopped.

    Pictures that come while one is answered are dropped, so that answers are
    never late. Smoothing uses the past only.

    In the window `q` ends it, `s` saves the picture, `r` starts and ends a
    recording; in it pictures are as they are shown, and the boxes of its table
    are in pixels of the source. Without a window each row is one line of JSON,
    see `format_line`.

    Args:
        preset: Of any kind but one that answers whole windows.
        camera: A camera's number, a file, or the address of a stream.
        window: Whether to show a window.
        out: Folder for saved pictures and recordings.
        record: Whether to record from the first picture on.
        seconds: Ends after so long.
        write_line: Called with each line, where there is no window.
        note: Called with what happens to the source; default: standard error.
        **options: Fields of `emoaff.prediction.options.Options`.

    Returns:
        `seconds`, `shown` and `dropped` pictures, `rate` (shown a second),
        `latency_s` (median from a picture to its answer) and `files` recorded.

    Raises:
        FileNotFoundError: If there is no such camera or file.
        ValueError: If the source cannot be read, there is no screen, or an
            option is out of range.
    """
    note = note or _note
    if window:
        require_screen()
    source = open_source(camera)
    chosen = Options.of_rules(**options)
    detector = FaceDetector(**chosen.list_detector_settings())
    view = None
    if options.get("min_face") is not None:
        detector = detector.for_faces_from(options["min_face"])
    _warm_up(preset, detector)
    layout = PanelLayout()
    recording, files, shown_at = None, [], collections.deque()
    latencies = collections.deque(maxlen=10_000)
    classes = preset.labels.classes if preset.labels else ()
    frames = LatestFrames(source, note)
    try:
        view = LiveWindow() if window else None
        for frame, rows in predict_frames(frames, preset, detector, **options):
            now = frames.now()
            latencies.append(now - frame.time_s)
            shown_at.append(now)
            while shown_at[0] < now - _RATE_OVER_S:
                shown_at.popleft()
            image = frame.image
            if view or record:
                said = "recording" if record else ""
                rate = _measure_rate(shown_at)
                image = draw_live(
                    image, rows, classes, rate, latencies[-1], said, layout
                )
            if record and recording is None:
                size = image.shape[1::-1]
                recording = Recording(out, classes, size, frame.time_s)
                files += [recording.video, recording.table]
            if recording is not None:
                recording.write(image, frame.time_s, rows)
            if view is None:
                for row in rows:
                    write_line(format_line(row, classes, latencies[-1]))
                key = ""
            else:
                key = view.show(image)
            if key == "q" or now >= seconds:
                break
            if key == "s":
                path = find_free_name(out, ".jpg")
                cv2.imwrite(os.fspath(path), image[..., ::-1])
                note(f"saved {path}")
            if key == "r":
                record = not record
                if not record and recording is not None:
                    recording.close()
                    note(f"recorded {recording.video}")
                    recording = None
    finally:
        total_s = frames.now()
        frames.close()
        source.close()
        if recording is not None:
            recording.close()
        if view is not None:
            view.close()
    return {
        "seconds": total_s,
        "shown": frames.seen,
        "dropped": frames.dropped,
        "rate": frames.seen / total_s if total_s else math.nan,
        "latency_s": sorted(latencies)[len(latencies) // 2]
        if latencies
        else math.nan,
        "files": files,
    }


def format_line(row, classes, latency_s: float) -> str:
    """Returns a row as one line of JSON, for other programs.

    With `time_s`, `frame`, `person`, `box` (x, y, w, h in pixels),
    `probabilities` by class, `expression_smoothed`, `confidence_smoothed`,
    `valence`, `arousal`, `doubt` and `latency_s`; null where there is none.
    """
    values = dict(
        zip(tables.columns(classes), tables.values(row, classes), strict=True)
    )
    person = row.person is not None
    line = {
        "time_s": row.time_s,
        "frame": row.frame,
        "person": row.person,
        "box": [round(float(v), 1) for v in row.box] if person else None,
        "probabilities": {name: values[name] for name in classes}
        if row.probabilities is not None
        else None,
        "expression": values["expression"],
        "confidence": values["confidence"],
        "expression_smoothed": values["expression_smoothed"],
        "confidence_smoothed": values["confidence_smoothed"],
        "valence": row.valence,
        "arousal": row.arousal,
        "doubt": row.doubt or None,
        "latency_s": latency_s,
    }
    return json.dumps(_round(line), ensure_ascii=False)


def _round(value):
    if isinstance(value, dict):
        return {key: _round(each) for key, each in value.items()}
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _warm_up(preset, detector):
    """Loads and compiles all, so that not even the first answer is late."""
    blank = np.zeros((120, 160, 3), np.uint8)
    box = (20.0, 20.0, 80.0, 80.0)
    detector.detect_at_edges(blank)
    detector.confirm(blank, [box])
    crop = preset.crop(blank, box)
    for people in (1, 2, 3):  # from then on compiled for any number
        if preset.window == 1 and not preset.takes_features:
            preset.predict([crop] * people)
        else:
            preset.take_apart().encode([crop] * people)


def _measure_rate(times):
    span = times[-1] - times[0]
    return (len(times) - 1) / span if span > 0 else math.nan


def _note(sentence):
    print(f"emoaff: {sentence}", file=sys.stderr)
