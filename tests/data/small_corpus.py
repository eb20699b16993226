"""Writes a small built corpus, "small", in the house form for tests.

    small_video(monkeypatch, tmp_path)
    recordings = load_recordings("small", "train", tmp_path)

A frame's picture is smooth, so JPEG changes it little, and tells by its
colours which it is: `pixels(number, frame)`.
"""

import io

import numpy as np
import tensorflow_datasets as tfds
from PIL import Image

from emoaff.corpora import catalogue

SIDE = 24
SEGMENT = 8
CLASSES = 7
NAN = float("nan")


def pixels(number, frame, side=SIDE):
    """The picture of source frame `frame` in recording `number`."""
    y, x = np.mgrid[:side, :side] / side
    red = 40 + 25 * (number % 8) + 40 * x
    green = 20 + 3 * (frame % 64) + 20 * y
    blue = 200 - 80 * x * y - 10 * (number % 4)
    return np.uint8(np.stack([red, green, blue], axis=-1))


def jpeg(picture):
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def decoded(picture):
    """A picture after JPEG, decoded by Pillow."""
    return np.asarray(Image.open(io.BytesIO(jpeg(picture))))


def labels(number, frame):
    """Every fifth frame has no valence and arousal, every seventh no class."""
    known = frame % 5 != 4
    return {
        "valence": np.sin(number + frame / 10) if known else NAN,
        "arousal": np.cos(number + frame / 10) if known else NAN,
        "expression": (frame // 4 + number) % CLASSES if frame % 7 else -1,
        "emotions": np.float32([frame % 2, 1, NAN]),
    }


def segments(number, frames, name=None, side=SIDE, **changed):
    """The examples of recording `number` that shows these source frames."""
    frames = list(frames)
    for segment, start in enumerate(range(0, len(frames), SEGMENT)):
        yield {
            "recording": name or f"clip {number}",
            "subject": f"person {number // 2}",
            "segment": segment,
            "frames": [
                {
                    "image": io.BytesIO(jpeg(pixels(number, f, side))),
                    "index": f,
                    "time": f / 25,
                    **labels(number, f),
                    **{k: change(f) for k, change in changed.items()},
                }
                for f in frames[start : start + SEGMENT]
            ],
        }


def small_video(monkeypatch, data_dir, splits=None, left_out=(), **more):
    """Builds a corpus of video.

    `splits` is `{split: examples}`, by default a train split of recordings of
    30 frames (9 and 10 missing), 5, and 21. `left_out` are features it shall
    not have.
    """
    if splits is None:
        gap = [f for f in range(30) if f not in (9, 10)]
        frames = (gap, range(5), range(21))
        examples = [e for n, f in enumerate(frames) for e in segments(n, f)]
        splits = {"train": examples}
    shape = more.pop("shape", (SIDE, SIDE, 3))
    frame = {
        "image": tfds.features.Image(shape=shape, encoding_format="jpeg"),
        "index": np.int64,
        "time": np.float32,
        "valence": np.float32,
        "arousal": np.float32,
        "expression": np.int64,
        "emotions": tfds.features.Tensor(shape=(3,), dtype=np.float32),
    }
    features = {
        "recording": tfds.features.Text(),
        "subject": tfds.features.Text(),
        "segment": np.int64,
        "frames": {k: v for k, v in frame.items() if k not in left_out},
    }
    features = {k: v for k, v in features.items() if k not in left_out}
    for example in (e for examples in splits.values() for e in examples):
        for row in (example, *example["frames"]):
            for name in set(left_out) & set(row):
                del row[name]
    features["frames"] = tfds.features.Sequence(features["frames"])
    return small_corpus(monkeypatch, data_dir, splits, features, **more)


def small_corpus(
    monkeypatch, data_dir, splits, features, shards=1, **attributes
):
    """Builds a corpus from examples, and lets `emoaff.corpora` know it.

    `attributes` are those of the builder's class, such as `LABEL_SPACE`;
    `metadata` is that of the built corpus.
    """
    metadata = attributes.pop("metadata", None)

    def info(self):
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(features),
            disable_shuffling=True,
            metadata=metadata and tfds.core.MetadataDict(metadata),
        )

    members = {
        "name": "small",
        "VERSION": tfds.core.Version("1.0.0"),
        "LABEL_SPACE": "affectnet_7",
        "_info": info,
        "_split_generators": lambda self, dl_manager: {
            split: enumerate(examples) for split, examples in splits.items()
        },
        "_generate_examples": None,
        **attributes,
    }
    with tfds.core.registered.skip_registration():
        made = type("Builder", (tfds.core.GeneratorBasedBuilder,), members)
    monkeypatch.setattr(catalogue, "_builder_class", lambda name: made)
    tfds.disable_progress_bar()
    builder = made(data_dir=data_dir)
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(num_shards=shards)
    )
    return sorted(builder.data_path.glob("*.tfrecord*"))
