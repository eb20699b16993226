"""The labels of a built corpus, frame by frame, without its pictures.

What is public here:

    load_recordings(dataset, split, data_dir) -> Recordings
    require_labelled(recordings, *names)
"""

from __future__ import annotations

import collections.abc
import dataclasses
import os
import pathlib

import numpy as np

from emoaff import corpora
from emoaff.data.record_table import cached_table
from emoaff.data.record_table import first_segments
from emoaff.data.record_table import stored_features
from emoaff.data.stills import compute_vote_distribution
from emoaff.labels import DIMENSION_RANGE
from emoaff.labels import DIMENSIONS
from emoaff.labels import LabelSpace

_VOTES = ("votes", "votes_unknown", "votes_no_face")
_COLUMNS = ("index", "time", *DIMENSIONS, "expression", "emotions")


@dataclasses.dataclass(frozen=True, eq=False)
class Recordings:
    """The labels of one split and where its pictures are: n frames.

    Frames stand in stored order, those of one recording one after the other.
    A still picture is a recording of one frame.

    Args:
        dataset: Name of the corpus, see `emoaff.corpora.make_builder`.
        split: Name of the split.
        names: The recordings, in stored order. Names of stills may repeat.
        subjects: Who is seen in each recording; `""` where nobody knows.
        recording: int64 `(n,)`, non-decreasing, number in `names`.
        index: int64 `(n,)`, 0-based frame in the source video. A jump is a
            gap.
        time: float32 `(n,)`, seconds from the start; NaN where unknown.
        valence: float32 `(n,)`, in [-1, 1]; NaN where unlabelled.
        arousal: float32 `(n,)`, in [-1, 1]; NaN where unlabelled.
        expression: int64 `(n,)`, class in `space`; -1 where unlabelled.
        record: int64 `(n,)`, which record of the files holds the picture.
        position: int64 `(n,)`, which of the record's pictures it is.
        files: Paths of the TFRecord files.
        record_file: int64 `(records,)`, number of the record's file.
        record_offset: int64 `(records,)`, its first byte in the file.
        record_length: int64 `(records,)`, how many pictures it holds.
        picture: Name of the feature with the pictures.
        picture_shape: Height, width and channels of the stored pictures;
            `None` where they differ.
        emotions: float32 `(n, classes)`, several labels at once, NaN where
            unlabelled; or `None` if the corpus has none.
        distribution: float32 `(n, classes)`, share of the votes for each
            class, NaN rows where there is none; or `None`.
        space: The label space of `expression`, or `None`.
    """

    dataset: str
    split: str
    names: tuple[str, ...]
    subjects: tuple[str, ...]
    recording: np.ndarray
    index: np.ndarray
    time: np.ndarray
    valence: np.ndarray
    arousal: np.ndarray
    expression: np.ndarray
    record: np.ndarray
    position: np.ndarray
    files: tuple[str, ...]
    record_file: np.ndarray
    record_offset: np.ndarray
    record_length: np.ndarray
    picture: str
    picture_shape: tuple[int | None, ...]
    emotions: np.ndarray | None = None
    distribution: np.ndarray | None = None
    space: LabelSpace | None = None

    def __len__(self) -> int:
        return len(self.index)

    def frames_of(self, number: int) -> slice:
        """Returns the rows of recording `number`, in time order."""
        return slice(*np.searchsorted(self.recording, (number, number + 1)))

    def subset(self, numbers: collections.abc.Sequence[int]) -> Recordings:
        """Returns some of the recordings, in stored order, renumbered.

        Raises:
            ValueError: If a number is none of a recording, or there is none.
        """
        chosen = np.unique(np.asarray(numbers, np.int64))
        count = len(self.names)
        if not len(chosen) or chosen[0] < 0 or chosen[-1] >= count:
            raise ValueError(
                f"`numbers` must be of recordings, 0 to {count - 1}, at least "
                f"one. Received: numbers={numbers}."
            )
        return self._kept(np.isin(self.recording, chosen), chosen)

    def _kept(self, rows, chosen):
        """The frames that the mask `rows` marks, of recordings `chosen`."""
        columns = {
            name: getattr(self, name)[rows]
            for name in (*_COLUMNS, "distribution", "record", "position")
            if getattr(self, name) is not None
        }
        return dataclasses.replace(
            self,
            names=tuple(self.names[i] for i in chosen),
            subjects=tuple(self.subjects[i] for i in chosen),
            recording=np.searchsorted(chosen, self.recording[rows]),
            **columns,
        )


def load_recordings(
    dataset: str, split: str, data_dir: str | os.PathLike
) -> Recordings:
    """Reads the labels of one split of a built corpus.

    The first call reads all files once and leaves its findings beside them,
    if it may write there; later calls take these while the files' sizes and
    times of change are the same.

    Args:
        dataset: See `emoaff.corpora.make_builder`.
        split: A split, or part of one such as `"train[:10]"`, where numbers
            count stored examples: segments of recordings, or stills.
        data_dir: Where the corpus was built.

    Raises:
        FileNotFoundError: If the corpus was not built, or files are missing.
        ValueError: If there is no such corpus or split, a file is damaged, a
            label is out of its range, or frames of a recording do not lie in
            order, one after the other.
    """
    dataset = corpora.find_name(dataset)  # a path says where, not what
    builder = corpora.require_built(dataset, split, data_dir)
    base = split.partition("[")[0]
    whole = _read(dataset, base, builder, data_dir)
    _check(whole)
    if base == split:
        return whole
    taken = np.zeros(len(whole.record_file), bool)
    for part in builder.info.splits[split].file_instructions:
        file = whole.files.index(str(part.filename))
        first = np.searchsorted(whole.record_file, file) + part.skip
        taken[first : first + part.take] = True
    rows = taken[whole.record]
    chosen = np.unique(whole.recording[rows])
    return dataclasses.replace(whole._kept(rows, chosen), split=split)


def require_labelled(recordings: Recordings, *names: str) -> None:
    """Refuses a split in which not one frame has a label.

    Args:
        recordings: The labels of the split.
        *names: Of `"valence"`, `"arousal"`, `"expression"`, `"emotions"` and
            `"distribution"`.

    Raises:
        ValueError: If a split has no label of one of these names.
    """
    for name in names:
        values = getattr(recordings, name)
        if name == "expression":
            known = (values >= 0).any()
        else:
            known = values is not None and np.isfinite(values).any()
        if not known:
            raise ValueError(
                f"{recordings.dataset}, split {recordings.split!r}, must have "
                f"frames with a label of {name!r}. Received: none of "
                f"{len(recordings)} frames. Choose another target or split."
            )


def _read(dataset, split, builder, data_dir):
    features = stored_features(builder)
    video = "frames/image" in features
    of_frames = "frames/" if video else ""
    needed = {f"{of_frames}image"}
    needed |= {"recording", "frames/index"} if video else set()
    if needed - set(features):
        raise ValueError(
            f"{dataset} must have the features {sorted(needed)}. Received: "
            f"{sorted(features)}. Write its builder in the house form."
        )
    wanted = ["recording", "subject", *_VOTES]
    wanted += [of_frames + name for name in _COLUMNS]
    wanted += ["segment"] if video else []
    shards = builder.info.splits[split].file_instructions
    files = tuple(str(shard.filename) for shard in shards)
    table = cached_table(
        files,
        [shard.examples_in_shard for shard in shards],
        {name: features[name][:2] for name in wanted if name in features},
        pathlib.Path(builder.data_dir) / f"recordings-{split}.npz",
    )
    column, numbers = table.columns, np.arange(len(table.file))
    names = column.get("recording", numbers.astype("S"))
    first = numbers
    if video:
        first = first_segments(table, files)

    def of_frame(values):
        return np.repeat(values, table.length)

    def label(name, missing, dtype=np.float32):
        if of_frames + name in column:
            return column[of_frames + name].astype(dtype, copy=False)
        return np.full(table.length.sum(), missing, dtype)

    votes = [column[name] for name in _VOTES if name in column]
    emotions = column.get(f"{of_frames}emotions")
    start = np.cumsum(table.length) - table.length
    recording = np.searchsorted(first, numbers, "right") - 1
    return Recordings(
        dataset=dataset,
        split=split,
        names=_texts(names[first]),
        subjects=_texts(column.get("subject", np.full(len(names), b""))[first]),
        recording=of_frame(recording),
        index=label("index", 0, np.int64),
        time=label("time", np.nan if video else 0.0),
        valence=label("valence", np.nan),
        arousal=label("arousal", np.nan),
        expression=label("expression", -1, np.int64),
        record=of_frame(numbers),
        position=np.arange(table.length.sum()) - of_frame(start),
        files=files,
        record_file=table.file,
        record_offset=table.offset,
        record_length=table.length,
        picture=f"{of_frames}image",
        picture_shape=features[f"{of_frames}image"][2],
        emotions=None if emotions is None else emotions.astype(np.float32),
        distribution=compute_vote_distribution(*votes)
        if len(votes) == 3
        else None,
        space=corpora.find_label_space(dataset, data_dir),
    )


def _texts(values):
    return tuple(value.decode() for value in values.tolist())


def _check(recordings):
    """Refuses frames out of order and labels out of range."""
    same = recordings.recording[1:] == recordings.recording[:-1]
    later = recordings.index[1:] > recordings.index[:-1]
    wrong = np.append(False, same & ~later)[: len(recordings)]
    if wrong.any():
        row = wrong.argmax()
        _refuse(
            recordings,
            row,
            "the frames of a recording must lie in order, each once",
            f"a frame after frame {recordings.index[row - 1]}",
        )
    low, high = DIMENSION_RANGE
    for name in DIMENSIONS:
        values = getattr(recordings, name)
        wrong = (values < low) | (values > high)
        if wrong.any():
            row = wrong.argmax()
            rule = f"{name} must lie in [{low:g}, {high:g}], or be NaN"
            _refuse(recordings, row, rule, f"{name}={values[row]:g}")
    values, space = recordings.expression, recordings.space
    wrong, rule = values < -1, "expression must be at least -1"
    if space is not None:
        wrong |= values >= len(space)
        rule = (
            f"expression must lie in [-1, {len(space) - 1}], the classes of "
            f"{space.name!r}"
        )
    if wrong.any():
        row = wrong.argmax()
        _refuse(recordings, row, rule, f"expression={values[row]}")


def _refuse(recordings, row, rule, received):
    file = recordings.record_file[recordings.record[row]]
    name = recordings.names[recordings.recording[row]]
    raise ValueError(
        f"In {recordings.files[file]}, {rule}. Received: {received}, in "
        f"recording {name!r}, frame {recordings.index[row]}. Mend the "
        "builder's labels and build the corpus again."
    )
