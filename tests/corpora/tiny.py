"""Corpora that a test defines in a line, and builds from files it wrote."""

import gc
import os
import pathlib
import shutil
import signal
import sys
import threading

import cv2
import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds

from emoaff.corpora import cutting
from emoaff.corpora import recording_corpus
from emoaff.corpora import recording_cut
from emoaff.corpora import unfinished
from emoaff.corpora.crop_config import CropConfig
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.recording_corpus import RecordingCorpus
from emoaff.corpora.source_recording import SourceRecording
from tests.faces.video_files import number_of
from tests.faces.video_files import numbered
from tests.faces.video_files import write_numbered


def film(path, frames=5):
    """Writes a video of that many numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_numbered(path, frames)


def picture(path, number=0):
    """Writes a picture of a number."""
    return save(path, numbered(number))


def save(path, image):
    """Writes a picture, RGB."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image[..., ::-1])
    return path


def every_video(builder, tree, report):
    """Each video is a recording; its only person is called like it."""
    return [
        SourceRecording(
            name=file.stem,
            subject=file.stem,
            footage=Footage(tree.root / file, faces="whole"),
            labels=FrameLabels.constant(valence=0.5),
        )
        for file in tree.media(report)
    ]


def corpus(survey=every_video, base=RecordingCorpus, **attributes):
    """A builder's class; `survey` is its method."""
    members = {
        "name": "tiny",
        "__module__": "tests.corpora.tiny",  # TFDS looks for a README there
        "VERSION": base.FIRST,
        "BUILDER_CONFIGS": [
            CropConfig(name="whole", size=32, find_faces=False)
        ],
        "MANUAL_DOWNLOAD_INSTRUCTIONS": "Videos.",
        "LABEL_SPACE": "",
        "survey": survey,
        **attributes,
    }
    with tfds.core.registered.skip_registration():
        return type("Builder", (base,), members)


def build(root, data_dir, made=None, processes=1, beam=None, files=None):
    """Builds a corpus; gives its builder."""
    builder = (made or corpus())(data_dir=data_dir)
    builder.processes = processes
    tfds.disable_progress_bar()
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(
            manual_dir=root, beam_options=beam, num_shards=files
        )
    )
    return builder


def examples(builder, split="train"):
    """All that is stored, in stored order."""
    return list(builder.as_dataset(split=split).as_numpy_iterator())


def frames(builder, recording, split="train"):
    """All frames of one recording, its segments put together."""
    segments = [
        each["frames"]
        for each in examples(builder, split)
        if each["recording"].decode() == recording
    ]
    return {
        key: np.concatenate([each[key] for each in segments])
        for key in segments[0]
    }


def numbers(images):
    return [number_of(image) for image in images]


def stored_files(builder):
    """Names and contents of all that a build has left in its place."""
    return {
        path.name: _records(path)
        if "tfrecord" in path.name
        else path.read_text()
        for path in builder.data_path.iterdir()
    }


def _records(path):
    # Protocol buffers store a map's entries in any order.
    return [
        tf.train.Example.FromString(record).SerializeToString(
            deterministic=True
        )
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    ]


def left_behind(data_dir):
    """What an interrupted build has left, and a finished one must not."""
    return [
        path
        for path in pathlib.Path(data_dir).rglob("*")
        if "unfinished" in str(path) or "incomplete" in str(path)
    ]


def copies(root, count, frames=30):
    """The same video under several names."""
    first = film(root / "0.mp4", frames)
    for number in range(1, count):
        shutil.copy(first, root / f"{number}.mp4")
    return root


def killed(root, data_dir, where, count):
    """Builds in a process that is killed; see `build_and_die`."""
    child = os.fork()
    if not child:
        gc.freeze()  # what the parent left has threads that are not here
        try:
            build_and_die(root, data_dir, where, count)
        finally:
            os._exit(0)  # it came to its end, or failed
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def killed_after(root, data_dir, seconds):
    """Builds in a process that is killed then; returns whether it was."""
    child = os.fork()
    if not child:
        gc.freeze()
        kill = (os.getpid(), signal.SIGKILL)
        threading.Timer(seconds, os.kill, kill).start()
        try:
            build(pathlib.Path(root), data_dir)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def build_and_die(root, data_dir, where, count, processes=1):
    """Builds in this process, and kills it with SIGKILL at some call."""
    owner, name = {
        "frame": (recording_cut.FaceCropper, "_encoded"),
        "recording": (cutting.Progress, "update"),
        "note": (recording_cut.RecordingCut, "_outcome"),
        "storing": (recording_corpus, "_frames"),
        "cleaning": (unfinished, "remove"),
    }[where]
    done, calls = getattr(owner, name), iter(range(int(count)))

    def dies(*args, **kwargs):
        if next(calls, None) is None:
            signal.raise_signal(signal.SIGKILL)
        return done(*args, **kwargs)

    setattr(owner, name, dies)
    build(pathlib.Path(root), data_dir, processes=int(processes))


if __name__ == "__main__":
    build_and_die(*sys.argv[1:])
