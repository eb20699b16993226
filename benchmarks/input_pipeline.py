"""Times reading clips from TFRecords against decoding their JPEGs alone.

    python benchmarks/input_pipeline.py [--threads 2] [--frames 24000]
        [--stored 150] [--pixels float32]
    python benchmarks/input_pipeline.py --recording 47434

Writes its own corpus of square face pictures into a temporary folder.

The first form reads windows of 150 frames in random order, augments them as
Tzirakis et al. do and makes batches of 2 with 150x150 pixels. They enlarge to
170 pixels and cut 150 out: pictures stored with 150 pixels are cut and enlarged
(the default), those stored with 170 are only cut. The limit is
`tf.io.decode_jpeg` on bytes in memory with as many threads, both in calls of
one frame and, faster, in calls of a whole clip. Limit and stages take turns,
and medians are printed, since a machine is seldom idle. CPU time is that of all
threads. Freed memory is kept, as `emoaff train` does.

The second form reads one recording of that many frames, as windows and from
first frame to last, and prints how much memory that took, and how much a
recording of 6,000 frames takes.
"""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np
import tensorflow as tf

from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.clips import clip_batches
from emoaff.data.clips import frame_batches
from emoaff.data.picture_reading import plan_reading
from emoaff.data.picture_reading import read_frames
from emoaff.data.record_index import read_pictures
from emoaff.data.record_index import record_offsets
from emoaff.data.recordings import Recordings
from emoaff.data.windows import sliding
from emoaff.training.freed_memory import keep_freed_memory

_SIDE = 150
_WINDOW = 150
_SEGMENT = 64
_PICTURES = 256  # different ones; a corpus repeats them
_SHORT = 6000


def main():
    """Prints the table."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        if args.measure:
            _read_through(_write(pathlib.Path(folder), [args.measure], _SIDE))
        elif args.recording:
            _compare_memory(args.recording)
        else:
            keep_freed_memory()
            lengths = [1500] * max(1, args.frames // 1500)
            _compare_speed(
                _write(pathlib.Path(folder), lengths, args.stored), args
            )


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--frames", type=int, default=24000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stored", type=int, default=_SIDE, metavar="PIXELS")
    parser.add_argument(
        "--pixels", choices=("float32", "uint8"), default="float32"
    )
    parser.add_argument("--recording", type=int, metavar="FRAMES")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _pictures(side):
    """Smooth faces of a kind with camera noise, as JPEGs of 7 to 9 kB."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side] / side
    encoded = []
    for i in range(_PICTURES):
        face = np.exp(-((x - 0.5) ** 2 / 0.08 + (y - 0.5) ** 2 / 0.14))
        dark = sum(
            np.exp(-((x - a) ** 2 + (y - b) ** 2) / 0.002)
            for a, b in ((0.35, 0.4), (0.65, 0.4), (0.5, 0.75))
        )
        light = 60 + 120 * face - 70 * dark + 20 * np.sin(9 * x + i / 9)
        picture = light[..., None] * [0.7, 0.85, 1.0] + 10 * y[..., None]
        noise = cv2.GaussianBlur(rng.normal(0, 13, picture.shape), (0, 0), 0.8)
        picture = np.uint8(np.clip(picture + noise, 0, 255))
        encoded.append(cv2.imencode(".jpg", picture)[1].tobytes())
    return encoded


def _write(folder, lengths, side):
    """A corpus of recordings with so many frames each."""
    pictures, path = _pictures(side), str(folder / "corpus.tfrecord")
    recording = np.repeat(np.arange(len(lengths)), lengths)
    index = np.concatenate([np.arange(length) for length in lengths])
    new = (index % _SEGMENT == 0).nonzero()[0]
    sizes = np.diff(np.append(new, len(index)))
    with tf.io.TFRecordWriter(path) as writer:
        for first, size in zip(new, sizes, strict=True):
            images = [
                pictures[row % _PICTURES] for row in range(first, first + size)
            ]
            feature = tf.train.Feature(
                bytes_list=tf.train.BytesList(value=images)
            )
            features = tf.train.Features(feature={"frames/image": feature})
            example = tf.train.Example(features=features)
            writer.write(example.SerializeToString())
    angle = index.astype(np.float32) / 100
    return Recordings(
        dataset="benchmark",
        split="train",
        names=tuple(f"recording {i}" for i in range(len(lengths))),
        subjects=("",) * len(lengths),
        recording=recording,
        index=index,
        time=index.astype(np.float32) / 25,
        valence=np.sin(angle),
        arousal=np.cos(angle),
        expression=np.full(len(index), -1),
        record=np.repeat(np.arange(len(new)), sizes),
        position=index % _SEGMENT,
        files=(path,),
        record_file=np.zeros(len(new), np.int64),
        record_offset=record_offsets(path),
        record_length=sizes,
        picture="frames/image",
        picture_shape=(side, side, 3),
    )


def _clips(recordings, parallel, augment, pixels):
    windows = sliding(recordings, _WINDOW)
    return clip_batches(
        windows,
        recordings,
        np.random.default_rng(0).permutation(len(windows)),
        batch_size=2,
        size=_SIDE if augment else recordings.picture_shape[0],
        targets=("arousal_valence",),
        augment=augment,
        parallel=parallel,
        dtype=pixels,
    )


def _make_stages(recordings, threads, pixels):
    """Data sets to time, the limit first."""
    windows = sliding(recordings, _WINDOW)
    order = np.random.default_rng(0).permutation(len(windows))
    plan = plan_reading(recordings, windows.rows[order])
    plans = tf.data.Dataset.from_tensor_slices(plan)
    side = recordings.picture_shape[0]
    encoded = np.array(_pictures(side))[np.arange(len(recordings)) % _PICTURES]
    frames = tf.data.Dataset.from_tensor_slices(encoded)
    clips = frames.batch(_WINDOW)

    def decode(clip):
        return tf.map_fn(tf.io.decode_jpeg, clip, fn_output_signature=tf.uint8)

    def read(plan):
        return read_pictures(
            recordings.files[0],
            plan["offset"][0],
            plan["count"][0],
            recordings.picture,
        )

    augment = ClipAugmenter.tzirakis(_SIDE)
    return {
        "decode alone, by the clip": clips.map(decode, threads),
        "decode alone, by the frame": frames.map(tf.io.decode_jpeg, threads),
        "read": plans.map(read, threads),
        "read, decode": plans.map(
            lambda plan: read_frames(recordings, plan, side), threads
        ),
        "read, decode, batch": _clips(recordings, threads, None, pixels),
        "read, decode, augment, batch": _clips(
            recordings, threads, augment, pixels
        ),
    }


def _compare_speed(recordings, args):
    options = tf.data.Options()
    options.threading.private_threadpool_size = args.threads
    stages = _make_stages(recordings, args.threads, args.pixels)
    stages = {k: v.with_options(options) for k, v in stages.items()}
    seconds = {name: [] for name in stages}
    for turn in range(args.rounds + 1):
        for name, dataset in stages.items():
            taken = _time(dataset)
            if turn:  # the first one traces
                seconds[name].append(taken)
    side = args.stored
    size = statistics.mean(map(len, _pictures(side)))
    print(
        f"TensorFlow {tf.__version__}, {os.cpu_count()} CPUs, {args.threads} "
        f"threads; {len(recordings)} frames of {side}x{side}, {size:.0f} "
        f"bytes each; batches of {args.pixels}; median of {args.rounds}"
    )
    print(
        f"{'':30}{'frames/s':>10}{'of by clip':>12}{'of by frame':>13}"
        f"{'CPU us/frame':>14}"
    )
    rates, costs = {}, {}
    for name, taken in seconds.items():
        wall, cpu = map(statistics.median, zip(*taken, strict=True))
        rates[name] = len(recordings) / wall
        costs[name] = 1e6 * cpu / len(recordings)
    by_clip, by_frame, *_ = rates.values()
    for name, rate in rates.items():
        print(
            f"{name:30}{rate:10.0f}{rate / by_clip:12.0%}"
            f"{rate / by_frame:13.0%}{costs[name]:14.0f}"
        )


def _time(dataset):
    """Wall and CPU seconds of reading all of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    dataset.reduce(np.int64(0), lambda count, *_: count + 1).numpy()
    return time.perf_counter() - wall, time.process_time() - cpu


def _compare_memory(frames):
    print("peak memory of the process, MiB")
    for length in (_SHORT, frames):
        command = [sys.executable, __file__, "--measure", str(length)]
        peak = subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout
        print(f"  one recording of {length:6} frames: {float(peak):6.0f}")


def _read_through(recordings):
    """Prints the peak memory in MiB after reading all frames twice."""
    for _ in _clips(recordings, 2, ClipAugmenter.tzirakis(_SIDE), "float32"):
        pass
    for _ in frame_batches(recordings, _SIDE, 64):
        pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
