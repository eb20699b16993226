"""FER+: FER2013's pictures with ten crowd votes each."""

import collections
import csv
import dataclasses
import io
import logging
import pathlib
import zipfile

import cv2
import numpy as np
import tensorflow_datasets as tfds

_LOG = logging.getLogger(__name__)
_TABLE = "fer2013new.csv"
_CLASSES = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
)
_VOTES = (*_CLASSES, "unknown", "NF")
# split: (Usage in the table, folder of pictures)
_SPLITS = {
    "train": ("Training", "FER2013Train"),
    "validation": ("PublicTest", "FER2013Valid"),
    "test": ("PrivateTest", "FER2013Test"),
}
_DEPTH = 3


@dataclasses.dataclass(eq=False)
class FerplusConfig(tfds.core.BuilderConfig):
    """Adds one choice to a TFDS configuration.

    Args:
        keep_duplicates: Whether training keeps a picture whose pixels also
            stand in validation or test.
    """

    keep_duplicates: bool = False


class Builder(tfds.core.GeneratorBasedBuilder):
    """One example is one picture with its votes.

    `expression` is an index in emoaff's label space "ferplus": neutral,
    happiness, surprise, sadness, anger, disgust, fear, contempt.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "Initial release."}
    BUILDER_CONFIGS = [
        FerplusConfig(
            name="default",
            description="Training without pictures of the other splits.",
        ),
        FerplusConfig(
            name="with_duplicates",
            description="Training as published, 1 in 80 pictures leaks.",
            keep_duplicates=True,
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
    Take the pictures from Kaggle's "Challenges in Representation Learning:
    Facial Expression Recognition Challenge" and the votes from the FER+
    repository (microsoft/FERPlus), whose script writes the PNG folders. The
    manual directory, or one .zip in it, must hold:

      fer2013new.csv
      data/FER2013Train/fer0000000.png ...
      data/FER2013Valid/fer0028638.png ...
      data/FER2013Test/...                   optional
    """

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "recording": tfds.features.Text(
                        doc="File name without .png, such as fer0000000."
                    ),
                    "subject": tfds.features.Text(
                        doc="Empty: the corpus does not name its people."
                    ),
                    "image": tfds.features.Image(
                        shape=(48, 48, 1),
                        encoding_format="png",
                        doc="Face crop as published, uint8 grey.",
                    ),
                    "expression": tfds.features.Scalar(
                        np.int64,
                        doc="FER+ majority, 0-7; -1 where there is none.",
                    ),
                    "votes": tfds.features.Tensor(
                        shape=(8,),
                        dtype=np.float32,
                        doc="Raw votes for the eight classes, usually of 10.",
                    ),
                    "votes_unknown": tfds.features.Scalar(
                        np.float32, doc='Raw votes for "unknown".'
                    ),
                    "votes_no_face": tfds.features.Scalar(
                        np.float32, doc='Raw votes for "no face" (NF).'
                    ),
                }
            ),
            supervised_keys=("image", "expression"),
            homepage="https://github.com/microsoft/FERPlus",
        )

    def _split_generators(self, dl_manager):
        source = _find(pathlib.Path(dl_manager.manual_dir))
        if source is None:
            raise FileNotFoundError(
                f"Expected {_TABLE} beside FER+'s picture folders. Found "
                f"none in or below {dl_manager.manual_dir}. `emoaff corpora "
                "ferplus` prints what it must hold."
            )
        splits = {
            split: _Split(source, usage, folder)
            for split, (usage, folder) in _SPLITS.items()
        }
        splits = {name: split for name, split in splits.items() if split.names}
        if not splits:
            raise FileNotFoundError(
                f"Expected PNG pictures in {_SPLITS['train'][1]}. Found "
                f"{_TABLE} in {source.root} but no picture that it names. "
                "`emoaff corpora ferplus` prints what it must hold."
            )
        return {name: self._generate_examples(name, splits) for name in splits}

    def _generate_examples(self, name, splits):
        held_out = set()
        if name == "train" and not self.builder_config.keep_duplicates:
            others = [split for other, split in splits.items() if other != name]
            held_out = {
                pixels.tobytes() for s in others for _, pixels, _ in s.read()
            }
        for recording, pixels, votes in splits[name].read():
            if pixels.tobytes() in held_out:
                continue
            yield (
                recording,
                {
                    "recording": recording,
                    "subject": "",
                    "image": pixels[..., np.newaxis],
                    "expression": _majority(votes),
                    "votes": votes[:8],
                    "votes_unknown": votes[8],
                    "votes_no_face": votes[9],
                },
            )


class _Folder:
    """Files of one unpacked copy, by path relative to its root."""

    def __init__(self, root):
        self.root = root
        self.pictures = {
            (p.parent.name, p.name): p
            for _, folder in _SPLITS.values()
            for p in root.glob(f"**/{folder}/*.png")
        }

    def read(self, path):
        return path.read_bytes()

    def table(self):
        return self.read(self.root / _TABLE)


class _Zip:
    """Files of one zip archive, by name."""

    def __init__(self, path):
        self.root = path
        self.archive = zipfile.ZipFile(path)
        names = [pathlib.PurePosixPath(n) for n in self.archive.namelist()]
        folders = {folder for _, folder in _SPLITS.values()}
        self.pictures = {
            (n.parent.name, n.name): n
            for n in names
            if n.suffix == ".png" and n.parent.name in folders
        }
        self._tables = [n for n in names if n.name == _TABLE]

    def read(self, path):
        return self.archive.read(str(path))

    def table(self):
        return self.read(self._tables[0]) if self._tables else None


def _find(manual_dir):
    """The copy of FER+ at or below `manual_dir`, or None."""
    for depth in range(_DEPTH + 1):
        for path in sorted(manual_dir.glob("*/" * depth + _TABLE)):
            return _Folder(path.parent)
    for path in sorted(manual_dir.glob("*.zip")):
        if zipfile.is_zipfile(path):
            source = _Zip(path)
            if source.table() is not None:
                return source
    return None


class _Split:
    """The rows of one split that name a picture which is there."""

    def __init__(self, source, usage, folder):
        self._source = source
        text = io.StringIO(source.table().decode("utf-8-sig"), newline="")
        rows = list(csv.DictReader(text, skipinitialspace=True))
        missing = {"Usage", "Image name", *_VOTES} - set(
            rows[0] if rows else ()
        )
        if missing:
            raise ValueError(
                f"Expected the header of FER+'s {_TABLE}. Missing columns: "
                f"{sorted(missing)}. Take the file from microsoft/FERPlus."
            )
        rows = [r for r in rows if r["Usage"] == usage]
        # A name that stands twice belongs to two rows of FER2013, and its one
        # file cannot say to which.
        count = collections.Counter(r["Image name"] for r in rows)
        self._folder = folder
        self.names, twice, absent = {}, [], []
        for row in rows:
            name = row["Image name"]
            path = source.pictures.get((folder, name))
            if not name:
                continue  # FER+ gives no name where there is no face
            if path is None:
                absent.append(name)
            elif count[name] > 1:
                twice.append(name)
            else:
                self.names[name] = (path, [float(row[v]) for v in _VOTES])
        if self.names:
            self._tell("are not there", absent)
            self._tell("belong to two rows", twice)

    def _tell(self, why, names):
        """Says which pictures are left out, in one line for each reason."""
        names = sorted(set(names))
        if names:
            _LOG.warning(
                "%s: %d pictures that %s are left out, such as %s",
                self._folder,
                len(names),
                why,
                names[0],
            )

    def read(self):
        """Yields (name without suffix, uint8 (48, 48), votes (10,))."""
        unreadable = []
        for name, (path, votes) in self.names.items():
            encoded = np.frombuffer(self._source.read(path), np.uint8)
            pixels = (
                cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)
                if encoded.size
                else None
            )
            if pixels is None or pixels.shape != (48, 48):
                unreadable.append(name)
                continue
            yield name.removesuffix(".png"), pixels, np.float32(votes)
        self._tell("cannot be read as 48x48", unreadable)


def _majority(votes):
    """FER+'s majority class, 0-7, or -1. Votes of 1 count for nothing."""
    kept = np.where(votes > 1, votes, 0)
    winner = int(np.argmax(kept))
    if winner >= len(_CLASSES) or kept[winner] <= 0.5 * kept.sum():
        return -1
    return winner
