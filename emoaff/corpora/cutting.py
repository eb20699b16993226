"""Cutting the faces of recordings, in this process, in several, or by Beam."""

import functools
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

import cv2
import joblib
from joblib.externals.loky.process_executor import TerminatedWorkerError

from emoaff.corpora.clip_reader import ClipReader
from emoaff.corpora.footage import Footage
from emoaff.corpora.recording_cut import CropSettings
from emoaff.corpora.recording_cut import RecordingCut
from emoaff.corpora.work_folder import WorkFolder
from emoaff.progress import Progress
from emoaff.progress.silence import start_quietly


def cut_all(
    footage: Iterable[Footage],
    settings: CropSettings,
    work: WorkFolder,
    processes: int = 1,
    beam: dict | None = None,
) -> list[str]:
    """Cuts all faces that are not cut yet.

    Stretches of one video are done by one process in one go, as far as they
    do not overlap. An interrupted call begins again where it was: recordings
    that are finished are not done again.

    Args:
        footage: What to cut.
        settings: How.
        work: Where the crops go.
        processes: How many processes to use.
        beam: `runner` and `options` of a Beam pipeline to use instead.

    Returns:
        Keys into `work`, in the order of `footage`.

    Raises:
        OSError: If the crops cannot be written, or a process was ended from
            outside.
    """
    footage = list(footage)
    keys = [work.key(each) for each in footage]
    missing: dict = {}
    for each, key in zip(footage, keys, strict=True):
        if work.outcome(key) is None:
            shared = key if each.pictures else (each.path, each.region)
            missing.setdefault(shared, {})[key] = each
    jobs = list(missing.values())
    if not jobs:
        return keys
    work.make()
    if beam:
        _run_beam(jobs, settings, work, beam)
    else:
        _run_here(jobs, settings, work, min(processes, len(jobs)))
    return keys


def _run_here(jobs, settings, work, processes):
    progress, frames = Progress("cutting faces"), 0
    try:
        if processes == 1:
            _run_alone(jobs, settings, work, progress)
            return
        one = joblib.delayed(functools.partial(cut, owner=os.getpid()))
        run = joblib.Parallel(
            processes,
            return_as="generator_unordered",
            initializer=start_quietly,
        )
        calls = (one(job, settings, work) for job in jobs)
        for done, more in enumerate(run(calls), start=1):
            frames += more
            progress.update(frames, done / len(jobs))
    except TerminatedWorkerError:
        raise OSError(
            f"Expected {processes} processes to cut faces to the end. One was "
            "ended from outside, as systems do when memory runs out. Start "
            "again with fewer; what is finished is not done again."
        ) from None
    finally:
        progress.close()


def _run_alone(jobs, settings, work, progress):
    numbers = itertools.count(1)
    for done, job in enumerate(jobs):
        share = done / len(jobs)
        cut(
            job,
            settings,
            work,
            lambda s=share: progress.update(next(numbers), s),
        )


def _run_beam(jobs, settings, work, beam):
    import apache_beam

    with apache_beam.Pipeline(**beam) as pipeline:
        _ = (
            pipeline
            | apache_beam.Create(jobs)
            | apache_beam.Reshuffle()
            | apache_beam.Map(cut, settings, work)
        )


def cut(
    job: dict[str, Footage],
    settings: CropSettings,
    work: WorkFolder,
    seen: Callable[[], None] | None = None,
    owner: int | None = None,
) -> int:
    """Cuts the faces of some recordings of one file; returns frames read.

    Args:
        job: Keys into `work`, and what to cut.
        settings: How.
        work: Where the crops go.
        seen: Called for each frame that is read.
        owner: The process that started this one to work for it, with one
            thread, and to end with it. None in that process itself.
    """
    if owner:
        _begin_work(owner)
    reader, frames = ClipReader(), 0
    try:
        for key, footage in sorted(
            job.items(), key=lambda pair: pair[1].start_s
        ):
            frames += RecordingCut(footage, settings, reader, seen).into(
                work, key
            )
    finally:
        reader.close()
    return frames


@functools.lru_cache(maxsize=1)
def _begin_work(owner):
    """Makes ready, once, a process that works for another."""
    cv2.setNumThreads(1)
    try:
        import tensorflow as tf  # looking at a corpus needs none

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # TensorFlow has begun already
    # On Windows a process keeps its parent's number for ever.
    if sys.platform != "win32" and os.getppid() == owner:
        threading.Thread(target=_end_with, args=[owner], daemon=True).start()


def _end_with(owner):
    """Ends this process soon after its owner, which may have been killed."""
    while os.getppid() == owner:
        time.sleep(1)
    os._exit(1)


def chunks(items: Iterable, length: int) -> Iterator[list]:
    """Yields items in lists of up to `length`."""
    items = iter(items)
    while some := list(itertools.islice(items, length)):
        yield some
