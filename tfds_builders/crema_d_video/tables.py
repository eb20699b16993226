"""CREMA-D's tables: who voted for what, who is who, what there should be."""

import csv
import io
import pathlib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree

LETTERS = "ADFHNS"  # as the classes of the label space "crema_d"
_ANY_DEPTH = 99
_FACE_ALONE = 2  # first digit of the ids; 1 is the voice, 3 is both


def find(
    tree: SourceTree, name: str, report: BuildReport
) -> pathlib.Path | None:
    """Returns a table of this name, the topmost; None if there is none."""
    files = tree.find_files(name, _ANY_DEPTH)
    usable = tree.usable(files, report)
    for file in usable[1:]:
        report.leave_out(f"further files {name}", str(file))
    return tree.root / usable[0] if usable else None


def listed(path: pathlib.Path) -> list[str]:
    """Returns the names in `SentenceFilenames.csv`.

    Raises:
        ValueError: See `find_face_votes`.
    """
    return [cells["filename"].upper() for _, cells in _rows(path, ["Filename"])]


def find_face_votes(path: pathlib.Path) -> dict[str, tuple[int, ...]]:
    """Returns the classes with most votes of those who saw the face alone.

    Args:
        path: `summaryTable.csv`.

    Returns:
        For each recording the indices in the label space "crema_d": several
        of a tie, none of an empty cell.

    Raises:
        ValueError: If columns or cells are missing, a vote is unknown, or two
            rows of one recording differ. The message names the row.
    """
    votes: dict[str, tuple[int, ...]] = {}
    for number, cells in _rows(path, ["FileName", "FaceVote"]):
        name, vote = cells["filename"].upper(), cells["facevote"].upper()
        letters = [letter.strip() for letter in vote.split(":") if vote]
        if not all(len(each) == 1 and each in LETTERS for each in letters):
            raise ValueError(
                f"{path.name}, row {number} ({name}): expected letters of "
                f"{' '.join(LETTERS)} in FaceVote, with colons between them. "
                f"Received: {cells['facevote']!r}."
            )
        found = tuple(LETTERS.index(letter) for letter in letters)
        if votes.setdefault(name, found) != found:
            raise ValueError(
                f"{path.name}, row {number}: expected one FaceVote of {name}. "
                "Received: another in an earlier row. Keep one of them."
            )
    return votes


def count_face_votes(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Returns how many people chose each class, of those who saw the face.

    Args:
        path: `tabulatedVotes.csv`.

    Returns:
        For each recording float32 `(6,)`.

    Raises:
        ValueError: See `find_face_votes`; or if a number is none.
    """
    counts = {}
    columns = ["fileName", *LETTERS]
    for number, cells in _rows(path, columns):
        try:
            kind = int(cells[""]) // 100000
            values = np.array([float(cells[each.lower()]) for each in LETTERS])
            if not np.isfinite(values).all():
                raise ValueError("a number of votes is finite")
        except (KeyError, ValueError):
            raise ValueError(
                f"{path.name}, row {number}: expected a number of the row in "
                "the first column, which has no name, and numbers of votes in "
                f"{', '.join(LETTERS)}. Received: {list(cells.values())[:7]}."
            ) from None
        if kind == _FACE_ALONE:
            values[values < 0] = np.nan
            counts[cells["filename"].upper()] = np.float32(values)
    return counts


def people(path: pathlib.Path, actors: Iterable[str]) -> str:
    """Returns a sentence on the people who are seen.

    Args:
        path: `VideoDemographics.csv`.
        actors: Their ids.

    Raises:
        ValueError: See `find_face_votes`.
    """
    actors = set(actors)
    columns = ["ActorID", "Age", "Sex", "Race", "Ethnicity"]
    rows = {
        cells["actorid"]: cells
        for _, cells in _rows(path, columns)
        if cells["actorid"] in actors
    }
    ages = [
        int(row["age"])
        for row in rows.values()
        if row["age"].isdecimal() and len(row["age"]) < 4
    ]
    said = [
        ", ".join(f"{count} {each}" for each, count in sorted(found.items()))
        for column in columns[2:]
        for found in [Counter(r[column.lower()] for r in rows.values())]
    ]
    if ages:
        said.append(f"{min(ages)} to {max(ages)} years")
    if len(rows) < len(actors):
        said.append(f"{len(actors) - len(rows)} not in {path.name}")
    return f"people, {len(actors)}: {'; '.join(filter(None, said))}"


def _rows(path, columns) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields line number and cells by column, in lower case."""
    text = path.read_text("utf-8-sig", "replace")
    lines = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    header = [cell.strip().lower() for cell in _next(lines, path) or []]
    missing = [each for each in columns if each.lower() not in header]
    if missing:
        raise ValueError(
            f"Expected the columns {', '.join(columns)} in {path.name}. "
            f"Missing: {', '.join(missing)}. Take the file from the corpus's "
            "own repository."
        )
    while (cells := _next(lines, path)) is not None:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(header):
            raise ValueError(
                f"{path.name}, row {lines.line_num}: expected {len(header)} "
                f"cells as in the header. Received: {len(cells)}. Take the "
                "file from the corpus's own repository."
            )
        stripped = [cell.strip() for cell in cells]
        yield lines.line_num, dict(zip(header, stripped, strict=False))


def _next(lines, path):
    """The cells of the next line; `None` at the end."""
    try:
        return next(lines, None)
    except csv.Error as error:
        raise ValueError(
            f"Expected a table as text in {path.name}. It cannot be read "
            f"({error}). Take the file from the corpus's own repository."
        ) from None
