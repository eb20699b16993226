"""Times preparing a corpus from a video, stage by stage.

    python benchmarks/prepare.py [--frames 5000] [--size 480]

Draws ten seconds of an invented person and shows them forth and back until
the video has that many frames, in a temporary folder. Then prints the frames
a second of

- decoding alone,
- finding the face and following it, in pictures that lie in memory,
- cutting the face where it is known, and coding the crop as JPEG,
- writing crops and labels as TFRecords, once all are cut,
- all of it, as `emoaff prepare video_folder --processes 1` does it,

and how much memory the last takes for a fifth of the frames and for all.
Each is measured in a process of its own, once: other work on the machine
shows.
"""

import argparse
import contextlib
import io
import itertools
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from emoaff.corpora.face_crops import FaceCropper
from emoaff.faces import FaceDetector
from emoaff.faces import FaceTracker
from emoaff.faces import Frame
from emoaff.faces import Video
from emoaff.faces import VideoWriter
from tfds_builders import video_folder
from tfds_builders.synthetic_affect.courses import draw_course
from tfds_builders.synthetic_affect.filming import film_scenes
from tfds_builders.synthetic_affect.identity import draw_identity
from tfds_builders.synthetic_affect.styles import STYLES

_STYLE = STYLES["studio"]
_SHARES = {"happiness": 0.5, "sadness": 0.5}
_DRAWN = 250  # different frames
_PICTURES = 100  # that lie in memory


def main():
    """Prints the tables."""
    args = _arguments()
    if args.measure:
        print(*_MEASURES[args.measure](pathlib.Path(args.video)))
        return
    with tempfile.TemporaryDirectory() as folder:
        _compare(pathlib.Path(folder), args)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=5000)
    parser.add_argument("--size", type=int, default=480, help="in pixels")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--video", help=argparse.SUPPRESS)
    return parser.parse_args()


def _compare(folder, args):
    lengths = args.frames // 5, args.frames
    videos = [folder / str(length) / "a" / "a.mp4" for length in lengths]
    drawn = _draw(args.size)
    for video, length in zip(videos, lengths, strict=True):
        _write(video, drawn, length)
    print(
        f"TensorFlow {tf.__version__}, {os.cpu_count()} CPUs; {args.frames} "
        f"frames of {args.size}x{args.size}, H.264"
    )
    print(f"{'':34}{'frames/s':>10}{'CPU ms/frame':>14}")
    for name in _MEASURES:
        frames, wall, cpu, memory = _measured(name, videos[1])
        if frames != args.frames:
            print(f"only {frames:.0f} frames have a face:")
        print(f"{name:34}{frames / wall:10.0f}{1000 * cpu / frames:14.2f}")
    _, _, _, less = _measured("all together", videos[0])
    print("peak memory of preparing it, MiB")
    for length, peak in zip(lengths, (less, memory), strict=True):
        print(f"  one video of {length:6} frames: {peak:6.0f}")


def _measured(name, video):
    """Measures in a new process: frames, wall and CPU seconds, MiB."""
    command = [sys.executable, __file__, "--measure", name]
    command += ["--video", str(video)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return map(float, done.stdout.split())


def _draw(size):
    rng = np.random.default_rng(0)
    truth = draw_course(rng, _DRAWN, _STYLE.fps, _STYLE.course, _SHARES)
    scenes = film_scenes(rng, draw_identity(rng), _STYLE, truth, size)
    return [picture for picture, _ in scenes]


def _write(path, drawn, length):
    path.parent.mkdir(parents=True)
    height, width, _ = drawn[0].shape
    there_and_back = itertools.cycle(drawn + drawn[-2:0:-1])
    with VideoWriter(path, width, height, _STYLE.fps) as writer:
        for i, picture in enumerate(itertools.islice(there_and_back, length)):
            writer.write(picture, i / _STYLE.fps)


def _time_work(work):
    """Runs some work; gives its frames, wall and CPU seconds, and MiB."""
    wall, cpu = time.perf_counter(), time.process_time()
    frames = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return frames, wall, cpu, peak


def _decode(video):
    return _time_work(lambda: sum(1 for _ in Video(video)))


def _read_into_memory(video):
    """The first pictures of a video, forth and back, as many as it has."""
    with Video(video) as opened:
        kept = list(itertools.islice(opened, _PICTURES))
        count = opened.declared_frames
    pictures = itertools.cycle(kept + kept[-2:0:-1])
    for i, frame in enumerate(itertools.islice(pictures, count)):
        yield Frame(i, i / _STYLE.fps, frame.image)


def _find(video):
    detector, frames = _load_detector(video), _read_into_memory(video)
    tracker = FaceTracker(detector)
    return _time_work(
        lambda: sum(1 for _, faces in tracker.track(frames) if faces)
    )


def _cut(video):
    with Video(video) as opened:
        first = next(iter(opened))
    boxes = [each.box for each in _load_detector(video).detect(first.image)]
    boxes = dict.fromkeys(range(10**6), boxes[0])
    cropper, frames = FaceCropper(), _read_into_memory(video)
    return _time_work(lambda: sum(1 for _ in cropper.boxed(frames, boxes)))


def _load_detector(video):
    """A detector that has loaded its networks."""
    detector = FaceDetector()
    with Video(video) as opened:
        detector.detect(next(iter(opened)).image)
    return detector


def _store(video):
    return _prepare(video, from_cut=True)


def _prepare(video, from_cut=False):
    """Prepares a folder with one video; times it from a point on."""
    began = []
    with tempfile.TemporaryDirectory() as data_dir:
        builder = video_folder.Builder(data_dir=data_dir)
        cut = builder._split_generators

        def cut_and_look(*args, **kwargs):
            generators = cut(*args, **kwargs)
            began[:] = time.perf_counter(), time.process_time()
            return generators

        builder._split_generators = cut_and_look
        config = tfds.download.DownloadConfig(manual_dir=video.parents[1])
        tfds.disable_progress_bar()
        said = contextlib.redirect_stdout(io.StringIO())
        with said, contextlib.redirect_stderr(io.StringIO()):
            _, *taken, peak = _time_work(
                lambda: builder.download_and_prepare(download_config=config)
            )
        if from_cut:
            ended = time.perf_counter(), time.process_time()
            taken = np.subtract(ended, began)
        report = (builder.data_path / "build_report.json").read_text("utf-8")
    counts = json.loads(report)["splits"]["train"]
    return counts["frames"], *taken, peak


_MEASURES = {
    "decoding alone": _decode,
    "finding and following faces": _find,
    "cutting, JPEG": _cut,
    "writing TFRecords": _store,
    "all together": _prepare,
}


if __name__ == "__main__":
    main()
