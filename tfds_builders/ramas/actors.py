import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from tfds_builders.ramas.recording_id import RecordingId
from tfds_builders.ramas.table import Table

TABLE = "actors_descr.csv"
_COLUMNS = ("date", "id", "name")
# The pair of 19 December is that of 10 December.
_SAME_DAY = {"19": "10"}


class Actors:
    """Looks up which actor is on which side on which day.

    The id of an actor is day and side of the first recordings, such as
    `10dec_1`. Whether two days show one person follows from the names in a
    table; without one, the pair of 19 December is that of 10 December.

    Args:
        names: Name of the actor for pairs of day and side; others are told
            as without a table.
    """

    def __init__(self, names: dict[tuple[str, str], str] | None = None):
        self._names = dict(names or {})
        for day, first in _SAME_DAY.items():
            for side in "12":
                name = self._names.get((first, side))
                name = self._names.setdefault((day, side), name)
                self._names.setdefault((first, side), name)

    def subject(self, recording: RecordingId) -> str:
        """Returns the actor's id."""
        place = recording.day, recording.side
        name = self._names.get(place)
        if name is None:
            place = _SAME_DAY.get(recording.day, recording.day), recording.side
        else:
            place = min(p for p, other in self._names.items() if other == name)
        day, side = place
        return f"{day}dec_{side}"

    @classmethod
    def read(
        cls,
        tree: SourceTree,
        files: list[pathlib.PurePosixPath],
        report: BuildReport,
    ) -> "Actors":
        """Returns the actors of the first usable table.

        Args:
            tree: The user's folder.
            files: Tables in it.
            report: Is told why one is not used.
        """
        found: dict[tuple[str, str], str] = {}
        for file in files:
            if found:
                report.leave_out("another table of actors", str(file))
                continue
            found, why = _names(Table(tree.root / file))
            if why:
                report.note(
                    f"{file} is not used to tell actors apart, since {why}"
                )
        return cls(found)


def _names(table):
    """Names by day and side; why not, where they cannot be read."""
    places = [table.place(column) for column in _COLUMNS]
    if None in places:
        return {}, "it has no columns Date, ID and Name"
    names: dict[tuple[str, str], str] = {}
    for number, cells in table.rows:
        date, side, name = (cells[place] for place in places)
        day = re.match(r"\d\d(?!\d)", date)
        side = side.removesuffix(".0")
        if not day or side not in ("1", "2") or not name:
            return {}, (
                f"row {number} has no date that begins with two digits, no "
                "ID 1 or 2, or no name"
            )
        name = " ".join(name.lower().split())
        if names.setdefault((day[0], side), name) != name:
            return {}, f"row {number} names another actor than one before it"
    return names, "" if names else "it has no rows"
