"""What a preset predicts for every frame of a split, as tables."""

import dataclasses
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np
import pandas as pd

from emoaff.data.recordings import Recordings
from emoaff.labels import DIMENSIONS
from emoaff.prediction.tables import renamed
from emoaff.prediction.tables import write_header

FORMS = ("csv", "parquet")
_HEADER = "predictions.json"
_MANY = ("emotions", "distribution")
COLUMNS = {
    "recording": "id of the recording, as the corpus has it",
    "subject": "the person's id; empty where the corpus names nobody",
    "frame": "0-based number of the frame in the source video",
    "time_s": "seconds from the start; empty where unknown",
    "label_...": "what the corpus states about the frame; empty where it does "
    "not; expressions in the corpus's own words",
    "valence, arousal": "prediction, -1 to 1, empty where there is none; "
    "post-processed, and then perhaps beyond, if the header says so",
    "expression": "the most probable class, in the model's words",
    "one column per class": "its probability, 0 to 1, in the model's order; "
    "of another output than the expression with its name before it",
}


@dataclasses.dataclass(frozen=True, eq=False)
class CorpusPredictions:
    """Predictions of a preset for n frames of a corpus, with their labels.

    Args:
        recordings: The frames and what the corpus states about them.
        values: Output to values; see `emoaff.evaluation.Evaluation`.
        classes: Output to the names of its classes, in the order of its
            values; of those outputs that have classes.
        facts: What was done, in words.

    Example:
    >>> preset = emoaff.load_preset("my_preset")
    >>> found = predict_corpus(
    ...     preset, "synthetic_affect/tiny", "validation", "data"
    ... )
    >>> table = found.to_pandas()
    >>> len(table), list(table.columns[:7])
    (232, ['recording', 'subject', 'frame', 'time_s', 'label_valence', \
'label_arousal', 'label_expression'])
    """

    recordings: Recordings
    values: dict[str, np.ndarray]
    classes: Mapping[str, tuple[str, ...]]
    facts: Mapping = dataclasses.field(default_factory=dict)

    def to_pandas(self) -> pd.DataFrame:
        """Returns a row per frame, in stored order; see `COLUMNS`.

        Numbers are as they were scored, unrounded; what is missing is NaN, or
        `None` where it would be a word.
        """
        known = self.recordings
        columns = {
            "recording": np.array(known.names, object)[known.recording],
            "subject": np.array(known.subjects, object)[known.recording],
            "frame": known.index,
            "time_s": np.float64(known.time),
            **self._make_label_columns(),
            **self._make_output_columns(),
        }
        return pd.DataFrame(columns)

    def write(
        self, folder: str | os.PathLike, form: str = "csv"
    ) -> list[pathlib.Path]:
        """Writes a table per recording, and what its columns mean.

        A corpus of single images gets one table for all of them, as
        `images.csv`. `predictions.json` has the model, corpus, split, what
        was done, the columns, and which file is of which recording.

        Args:
            folder: Made if missing.
            form: One of `FORMS`.

        Returns:
            The tables, in stored order.

        Raises:
            ValueError: If there is no such form, or the folder holds tables
                of other predictions.
            ImportError: If Parquet is asked for and PyArrow is missing.
        """
        if form not in FORMS:
            raise ValueError(
                f"Expected the form {' or '.join(FORMS)}. Received: "
                f"form={form!r}."
            )
        folder = pathlib.Path(folder)
        _refuse_foreign(folder)
        folder.mkdir(parents=True, exist_ok=True)
        table, files = self.to_pandas(), {}
        for name, rows in self._list_parts():
            file = _name_file(name, files)
            files[f"{file}.{form}"] = name
            _write_table(table.iloc[rows], folder / f"{file}.{form}", form)
        header = {
            "format": "emoaff predictions 1",
            **self.facts,
            "classes": {k: list(v) for k, v in self.classes.items()},
            "columns": COLUMNS,
            "files": files,
        }
        write_header(folder / _HEADER, header)
        return [folder / file for file in files]

    def _list_parts(self) -> Iterator[tuple[str, slice]]:
        known = self.recordings
        if len(known) == len(known.names):
            yield "images", slice(None)
            return
        for number, name in enumerate(known.names):
            yield name, known.frames_of(number)

    def _make_label_columns(self):
        known, columns = self.recordings, {}
        for name in DIMENSIONS:
            columns[f"label_{name}"] = np.float64(getattr(known, name))
        if known.space is not None:
            words = np.array([*known.space.classes, None], object)
            columns["label_expression"] = words[known.expression]
            for name in _MANY:
                table = getattr(known, name)
                if table is not None and table.shape[1] == len(known.space):
                    pairs = zip(known.space.classes, table.T, strict=True)
                    for word, column in pairs:
                        key = f"label_{name}.{word}"
                        columns[key] = np.float64(column)
        return columns

    def _make_output_columns(self):
        columns = {}
        for name in DIMENSIONS:
            if name in self.values:
                columns[name] = np.float64(self.values[name])
        for name, values in self.values.items():
            values = np.float64(values)
            if name in self.classes:
                columns.update(self._make_class_columns(name, values))
            elif values.ndim == 1:
                columns.setdefault(name, values)
            else:
                for place, column in enumerate(values.T):
                    columns[f"{name}.{place}"] = column
        return columns

    def _make_class_columns(self, name, values):
        words = self.classes[name]
        before = "" if name == "expression" else f"{name}."
        columns = {
            f"{before}{word}": column
            for word, column in zip(words, values.T, strict=True)
        }
        if name != "expression":
            return columns
        known = np.isfinite(values).all(axis=1)
        best = np.where(known, np.nan_to_num(values).argmax(axis=1), -1)
        return {name: np.array([*words, None], object)[best], **columns}


def _refuse_foreign(folder):
    """Refuses a folder with files, unless they are predictions of before."""
    if not folder.is_dir() or (folder / _HEADER).is_file():
        return
    if any(folder.iterdir()):
        raise ValueError(
            f"Expected an empty or new folder for the predictions. {folder} "
            "holds other files. Choose another."
        )


def _name_file(name, taken):
    """A recording's name as that of a file, no two the same in any case."""
    kept = "".join(c if c.isalnum() or c in "-_.#=," else "_" for c in name)
    kept = kept.lstrip(".")[:120] or "recording"
    stems = {file.rpartition(".")[0].lower() for file in taken}
    file, number = kept, 2
    while file.lower() in stems:
        file, number = f"{kept}_{number}", number + 1
    return file


def _write_table(table, path, form):
    with renamed(path) as half:
        if form == "csv":
            # As many digits as give back the very number that was scored.
            table.to_csv(half, index=False)
            return
        try:
            table.to_parquet(half, index=False)
        except ImportError as error:
            raise ImportError(
                "Expected PyArrow to be installed for Parquet. Install it "
                'with: pip install "emoaff[parquet]"'
            ) from error
