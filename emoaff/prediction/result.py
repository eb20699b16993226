import json
import os
import pathlib

import numpy as np

from emoaff.prediction import tables
from emoaff.prediction.person_record import PersonRecord
from emoaff.prediction.result_folder import read_own_header
from emoaff.progress import escape_unprintable


class Result:
    """A result of `emoaff predict`, read into memory.

    Args:
        table: Its table, as `emoaff.prediction.tables.table` writes it.
        header: What its header file holds.
        place: Where the video is, from the folder of the result; default:
            beside it.

    Attributes:
        table: The CSV file.
        header: As given.
        place: With `/` between folders.
        classes: Names of the classes.
        persons: A `PersonRecord` each, by number.
        times: float64 `(n,)`, seconds of each frame.
        end_s: Seconds at which the latest row ends.

    Raises:
        ValueError: If the table is damaged, or one in another system's form.
    """

    def __init__(
        self, table: str | os.PathLike, header: dict, place: str | None = None
    ):
        self.table, self.header = pathlib.Path(table), header
        self.place = (place or self.name).replace(os.sep, "/")
        self.classes, rows = tables.read_table(self.table)
        found: dict[int, PersonRecord] = {}
        times = []
        for row in rows:
            if not times or row.time_s > times[-1]:
                times.append(row.time_s)
            if row.person is not None:
                if row.person not in found:
                    found[row.person] = PersonRecord(row.person, self.classes)
                found[row.person].add(row)
        self.persons = [found[number].close() for number in sorted(found)]
        step = (
            (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0
        )
        self.times = np.float64(times)
        self.end_s = times[-1] + step if times else 0.0

    @classmethod
    def read(cls, path: str | os.PathLike) -> "Result":
        """Reads a result from its table or its header.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If it is no result that this program wrote.
        """
        path = pathlib.Path(path)
        table, beside = path.with_suffix(".csv"), path.with_suffix(".json")
        if not path.is_file() or not table.is_file():
            raise FileNotFoundError(
                f"{path}: expected the table of a result, a .csv file, found "
                "nothing there. Check the path."
            )
        header = read_own_header(beside)
        if header is None:
            raise ValueError(
                f"{path}: expected a result of `emoaff predict`, a table with "
                f"its header {beside.name} beside it. Received no such header. "
                "Predict again, or copy the header there."
            )
        return cls(table, header)

    @property
    def name(self) -> str:
        """Name of the video or picture."""
        return str(self.header["source"])

    @property
    def player_start_s(self) -> float:
        """Seconds at which players show the first picture, whose time is 0."""
        return self.header.get("media", {}).get("player_start_s") or 0.0

    def name_person(self, person: int) -> str:
        """Returns how a person is called: by name, or such as `person 1`."""
        return read_names(self.header).get(person, f"person {person}")

    @property
    def is_picture(self) -> bool:
        """Whether it is of a still picture."""
        return self.header.get("media", {}).get("kind") == "picture"


def read_names(header: dict) -> dict[int, str]:
    """Returns the names of people in a header, by their numbers.

    Example:
    >>> read_names({"people": [{"person": 1, "name": "Ada"}, {"person": 2}]})
    {1: 'Ada'}
    """
    people = header.get("people") or ()
    return {
        each["person"]: escape_unprintable(str(each["name"]))
        for each in people
        if each.get("name")
    }


def write_json(value) -> str:
    """Writes JSON that can stand inside a `script` element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
