"""Predictions in the form in which the ABAW competitions take them."""

import os
import pathlib
import warnings

import numpy as np

from emoaff import labels
from emoaff.evaluation.corpus_predictions import CorpusPredictions
from emoaff.evaluation.shared_classes import SharedClasses
from emoaff.labels import DIMENSIONS
from emoaff.labels import LabelSpace
from emoaff.prediction.tables import renamed

TASKS = ("va", "expr", "au")
_CLASSES = (
    *("Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness"),
    *("Surprise", "Other"),
)
_UNITS = (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26)
_COLUMNS = {
    "va": DIMENSIONS,
    "expr": _CLASSES,
    "au": tuple(f"AU{unit}" for unit in _UNITS),
}
_FIRST_EDITION = 5
_MISSING = ("repeat", "marker")
_MARKERS = {"va": -5, "expr": -1, "au": -1}


def write_abaw(
    predicted: CorpusPredictions,
    path: str | os.PathLike,
    task: str | None = None,
    edition: int = 6,
    frames: str | os.PathLike | None = None,
    missing: str = "repeat",
) -> int:
    """Writes predictions in the submission form of an ABAW competition.

    A line per frame, `<recording>/<number from 1, five digits>.jpg` first:

    - `va`: `image_location,valence,arousal`, each in [-1, 1].
    - `expr`: the header names the eight classes, a line has the index of one,
      0 to 7. Classes of the model without a place there are left out.
    - `au`: the header names twelve action units, a line has 0 or 1 for each,
      1 from a probability of .5 on.

    This is the form of the editions from the 5th (2023) on. That of the first
    four is not known to emoaff.

    Args:
        predicted: Of a corpus whose recordings are called as the competition
            calls them, such as `aff_wild2`.
        path: The file.
        task: One of `TASKS`; `None` for the only one that was predicted.
        edition: Number of the competition, 5 or more.
        frames: The organisers' sample or list of frames, whose first column
            is `image_location`: its lines are written, in its order. `None`
            for every recording from its first frame to the last one that is
            stored; a video may end with frames without a face, which only the
            list knows.
        missing: What frames without a prediction get, which have no face or
            lie where no window reached. `"repeat"`: the last prediction
            before, or the first one after where there is none before, and
            zeros (class 0 and no action unit) throughout a recording without
            any. `"marker"`: -5 in valence and arousal, -1 elsewhere, as the
            annotations mark what is not annotated.

    Returns:
        How many frames had no prediction.

    Raises:
        ValueError: If the task was not predicted or is not clear, the edition
            is before the 5th, or `frames` has no such column.
        FileNotFoundError: If there is no file `frames`.

    Example:
    >>> preset = emoaff.load_preset("my_preset")
    >>> found = predict_corpus(preset, "synthetic_affect/tiny", "test", "data")
    >>> write_abaw(found, "answer.txt", "va")
    25
    >>> print(pathlib.Path("answer.txt").read_text().splitlines()[0])
    image_location,valence,arousal

    References:
        - [Kollias et al., 2023](https://arxiv.org/abs/2303.01498), ABAW 5
    """
    if missing not in _MISSING:
        raise ValueError(
            f"Expected missing to be {' or '.join(_MISSING)}. Received: "
            f"missing={missing!r}."
        )
    if edition < _FIRST_EDITION:
        raise ValueError(
            f"Expected an edition of ABAW from the {_FIRST_EDITION}th on, "
            "whose form is one file with image_location. Received: "
            f"edition={edition}. Write tables with --predictions instead."
        )
    task = task or _find_task(predicted)
    table = _make_table(predicted, task)
    wanted = _list_own(predicted) if frames is None else _read_list(frames)
    places = _find_places(predicted, wanted)
    empty = (places < 0) | np.isnan(table[places]).any(axis=1)
    if missing == "repeat":
        rows = _repeat(predicted, table, wanted, places)
    else:
        rows = np.where(empty[:, np.newaxis], _MARKERS[task], table[places])
    _warn_of_unknown(predicted, wanted)
    with renamed(path) as half, half.open("w", encoding="utf-8") as file:
        file.write(",".join(("image_location", *_COLUMNS[task])) + "\n")
        for (name, number), row in zip(wanted, rows, strict=True):
            cells = ",".join(_format(value, task) for value in row)
            file.write(f"{name}/{number:05d}.jpg,{cells}\n")
    return int(empty.sum())


def _find_task(predicted):
    can = [task for task in TASKS if _has(predicted, task)]
    if len(can) != 1:
        raise ValueError(
            "Expected one task of ABAW: va, expr or au. The model predicts "
            f"{' and '.join(can) or 'none of them'}. Name one (--abaw-task)."
        )
    return can[0]


def _has(predicted, task):
    if task == "va":
        return set(DIMENSIONS) <= set(predicted.values)
    if task == "expr":
        return "expression" in predicted.classes
    return _find_units(predicted) is not None


def _find_units(predicted):
    """The output with action units, and the column of each; or `None`."""
    for name, classes in predicted.classes.items():
        known = {
            word.upper().replace(" ", "").replace("_", ""): place
            for place, word in enumerate(classes)
        }
        if set(_COLUMNS["au"]) <= set(known):
            return name, [known[unit] for unit in _COLUMNS["au"]]
    return None


def _make_table(predicted, task):
    """Float `(n, columns)` of what is written, NaN where nothing is."""
    if not _has(predicted, task):
        raise ValueError(
            f"Expected predictions for the task {task} of ABAW. Received: "
            f"{', '.join(predicted.values)}. Choose another task or model."
        )
    if task == "va":
        values = [np.float64(predicted.values[name]) for name in DIMENSIONS]
        return np.clip(np.stack(values, axis=1), -1.0, 1.0)
    if task == "expr":
        own = LabelSpace("of the model", predicted.classes["expression"])
        target = labels.get("aff_wild2_8")
        shared = SharedClasses(own, target)
        rows = shared.probabilities(predicted.values["expression"])
        index = np.array([target.index(name) for name in shared.classes])
        best = index[np.nan_to_num(rows).argmax(axis=1)].astype(np.float64)
        best[np.isnan(rows).any(axis=1)] = np.nan
        return best[:, np.newaxis]
    name, places = _find_units(predicted)
    values = np.float64(predicted.values[name])[:, places]
    return np.where(np.isnan(values), np.nan, values >= 0.5)


def _list_own(predicted):
    known = predicted.recordings
    return [
        (name, number)
        for place, name in enumerate(known.names)
        for number in range(1, int(known.index[known.frames_of(place)][-1]) + 2)
    ]


def _read_list(path):
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected the organisers' list of frames. Received: {path}, "
            "which is no file."
        )
    lines = path.read_text("utf-8-sig").splitlines()
    first = lines[0].split(",")[0].strip() if lines else ""
    if first != "image_location":
        raise ValueError(
            f"Expected a first column image_location in {path}. Received: "
            f"{first!r}. Give the organisers' sample of a submission."
        )
    return [_read_place(line, path) for line in lines[1:] if line.strip()]


def _read_place(line, path):
    name, _, file = line.split(",")[0].strip().rpartition("/")
    number = file.rpartition(".")[0]
    if not name or not number.isdigit():
        raise ValueError(
            f"Expected lines such as video1/00001.jpg in {path}. Received: "
            f"{line[:60]!r}."
        )
    return name, int(number)


def _find_places(predicted, wanted):
    """The row of each wanted frame, -1 where there is none."""
    known = predicted.recordings
    rows = {
        (known.names[r], int(index) + 1): row
        for row, (r, index) in enumerate(
            zip(known.recording, known.index, strict=True)
        )
    }
    return np.array([rows.get(place, -1) for place in wanted], np.int64)


def _repeat(predicted, table, wanted, places):
    """Fills frames without a prediction from their recording's others."""
    rows = np.zeros((len(wanted), table.shape[1]))
    numbers = np.array([number for _, number in wanted])
    known = predicted.recordings
    of = {name: place for place, name in enumerate(known.names)}
    wanted_of = np.array([of.get(name, -1) for name, _ in wanted])
    for recording in np.unique(wanted_of[wanted_of >= 0]):
        part = known.frames_of(recording)
        said = ~np.isnan(table[part]).any(axis=1)
        if not said.any():
            continue
        index = known.index[part][said] + 1
        mine = np.flatnonzero(wanted_of == recording)
        place = np.searchsorted(index, numbers[mine], "right") - 1
        rows[mine] = table[part][said][np.maximum(place, 0)]
    return rows


def _warn_of_unknown(predicted, wanted):
    unknown = {name for name, _ in wanted} - set(predicted.recordings.names)
    if unknown:
        warnings.warn(
            f"{len(unknown)} recordings of the list are not in "
            f"{predicted.recordings.split}, such as {min(unknown)}: they get "
            "no prediction of a model.",
            stacklevel=3,
        )


def _format(value, task):
    return repr(float(value)) if task == "va" else str(int(value))
