"""Times `emoaff predict` end to end and stage by stage, engine by engine.

    python benchmarks/predict.py VIDEO [--engine litert] [--repeat 4]
        [--annotate] [--min-face 48]

Both engines are timed in one run, which ends with how much faster the first
is. `--repeat N` also times the video shown N times in a row, to see whether
memory grows with its length. The stages are timed one after the other, and
leave out the stages that they call; the last line of each table is the whole
as `predict` does it, where they run at the same time.
"""

import argparse
import collections
import contextlib
import dataclasses
import importlib.metadata
import os
import pathlib
import resource
import tempfile
import time

import emoaff
from emoaff.faces import FaceDetector
from emoaff.faces import Video
from emoaff.faces import VideoWriter
from emoaff.prediction import drawing
from emoaff.prediction import running
from emoaff.prediction import tables
from emoaff.prediction import timeline as timelines

_STAGES = ("decode", "detect", "track", "crop", "model", "write", "annotate")


class Stopwatch:
    """Wall time by stage; a stage inside another is not counted twice."""

    def __init__(self):
        self.seconds = collections.Counter()
        self._open = []
        self._since = time.perf_counter()

    @contextlib.contextmanager
    def stage(self, name):
        """Counts the block for `name`."""
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def function(self, name, call):
        """Returns `call`, counted for `name`."""

        def timed(*args, **kwargs):
            with self.stage(name):
                return call(*args, **kwargs)

        return timed

    def time_iterator(self, name, items):
        """Yields `items`, counting the waits for them."""
        items = iter(items)
        while True:
            with self.stage(name):
                try:
                    item = next(items)
                except StopIteration:
                    return
            yield item

    def _turn(self):
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now


def main() -> None:
    """Prints the tables."""
    args = _arguments()
    # The smaller first, since the peak of memory is that of the process.
    engines = [args.engine] if args.engine else ["litert", "keras"]
    _print_machine()
    rates = [_time_engine(engine, args) for engine in engines]
    if len(rates) > 1:
        print(f"\nlitert / keras: {rates[0] / rates[1]:.2f} times the frames")


def _time_engine(engine, args):
    """Prints the tables of one engine; returns its frames a second."""
    print(f"\n{engine}")
    preset = emoaff.load_preset(args.model, engine)
    detector = FaceDetector(engine=engine)
    if args.min_face:
        detector = detector.for_faces_from(args.min_face)
    _warm_up(args.video, preset, detector)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        rate = _run(args.video, preset, detector, folder, args.annotate)
        if args.repeat > 1:
            long = _repeat_video(args.video, folder / "long.mp4", args.repeat)
            _run(long, preset, detector, folder, args.annotate)
    return rate


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=pathlib.Path)
    parser.add_argument("--model", default="compact_ferplus")
    parser.add_argument("--engine", choices=("litert", "keras"))
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    parser.add_argument("--annotate", action="store_true")
    parser.add_argument("--min-face", type=float, metavar="PIXELS")
    return parser.parse_args()


def _warm_up(path, preset, detector):
    """Loads the networks, as a user's first second does."""
    for row in emoaff.prediction.Timeline(path, preset, detector=detector):
        if row.time_s > 1:
            break


def _run(path, preset, detector, folder, annotated):
    table = folder / "result.csv"

    def go(timeline, watch):
        with (
            watch.stage("write"),
            tables.table(table, timeline.classes) as write,
        ):
            for row in timeline:
                write(row)
        if annotated:
            with watch.stage("annotate"):
                drawing.annotate(path, table, folder / "annotated.mp4")

    began = time.perf_counter()
    go(timelines.Timeline(path, preset, detector=detector), Stopwatch())
    seconds = time.perf_counter() - began
    watch, ahead = Stopwatch(), running.run_ahead
    names = ("Video", "FaceTracker")
    kept = [getattr(timelines, name) for name in names]
    running.run_ahead = lambda items, *_: items
    try:
        timeline = _make_timed_timeline(path, preset, detector, watch)
        go(timeline, watch)
    finally:
        running.run_ahead = ahead
        for name, value in zip(names, kept, strict=True):
            setattr(timelines, name, value)
    _print(path, timeline, watch, seconds)
    return timeline.frames / seconds


def _make_timed_timeline(path, preset, detector, watch):
    class TimedVideo(Video):
        def __iter__(self):
            return watch.time_iterator("decode", super().__iter__())

    class TimedTracker(timelines.FaceTracker):
        def track(self, frames):
            return watch.time_iterator("track", super().track(frames))

    class TimedDetector:
        detect = staticmethod(watch.function("detect", detector.detect))
        confirm = staticmethod(watch.function("detect", detector.confirm))
        detect_at_edges = staticmethod(
            watch.function("detect", detector.detect_at_edges)
        )

    timed = dataclasses.replace(preset)
    for name, stage in (("crop", "crop"), ("predict", "model")):
        call = watch.function(stage, getattr(preset, name))
        object.__setattr__(timed, name, call)  # it is frozen

    timelines.Video, timelines.FaceTracker = TimedVideo, TimedTracker
    return timelines.Timeline(path, timed, detector=TimedDetector)


def _repeat_video(path, out, times):
    """Writes the video `times` times in a row."""
    with Video(path) as video:
        with VideoWriter(
            out, video.width, video.height, video.average_fps
        ) as writer:
            end = 0.0
            for _ in range(times):
                for frame in video:
                    writer.write(frame.image, end + frame.time_s)
                end += frame.time_s + 1 / video.average_fps
    return out


def _print_machine():
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("ai-edge-litert", "tensorflow", "keras", "av")
    )
    print(f"{os.cpu_count()} CPUs, {versions}")


def _print(path, timeline, watch, seconds):
    frames = timeline.frames
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{path.name}: {frames} frames of {timeline.facts()['width']}x"
        f"{timeline.facts()['height']}, {len(timeline.rows_of)} people"
    )
    print(f"{'stage':10}{'s':>8}{'ms/frame':>10}{'frames/s':>10}")
    for name in _STAGES:
        if name in watch.seconds:
            _print_row(name, watch.seconds[name], frames)
    _print_row("sum", sum(watch.seconds.values()), frames)
    _print_row("at once", seconds, frames)
    print(f"peak memory of the process so far: {peak:.0f} MiB")


def _print_row(name, seconds, frames):
    print(
        f"{name:10}{seconds:8.2f}{1000 * seconds / frames:10.2f}"
        f"{frames / seconds:10.1f}"
    )


if __name__ == "__main__":
    main()
