"""What `emoaff predict` says while it works."""

import io
import json
import math
from collections.abc import Callable

from emoaff.prediction import summary
from emoaff.progress import Progress
from emoaff.progress import escape_unprintable

KINDS = ("text", "json", "quiet")


class Talk:
    """Says what was done, as text, as JSON, or not at all.

    Args:
        kind: `"text"`: lines to read. `"json"`: an object a line, of each
            input what `summary.describe_result` says. `"quiet"`: nothing, and
            no progress either.
        report: Called with each line.

    Raises:
        ValueError: If there is no such kind.

    Example:
    >>> Talk("text", print).note("left out: a.txt")
    left out: a.txt
    >>> Talk("json", print).note("left out: a.txt")
    {"note": "left out: a.txt"}
    """

    def __init__(self, kind: str, report: Callable[[str], None]):
        if kind not in KINDS:
            raise ValueError(
                f"Expected talk to be one of {', '.join(KINDS)}. "
                f"Received: talk={kind!r}."
            )
        self._kind, self._report = kind, report

    def note(self, line: str) -> None:
        """Says something that is not about one result."""
        if self._kind == "json":
            self._report(json.dumps({"note": line}))
        elif self._kind == "text":
            self._report(line)

    def tell(self, timeline, written: list, more: list[str]) -> None:
        """Says what is in a finished result.

        Args:
            timeline: A `Timeline` that was read to its end.
            written: The files of the result.
            more: Lines to read after those about people.
        """
        if self._kind == "json":
            said = summary.describe_result(timeline, written)
            self._report(json.dumps(said))
        elif self._kind == "text":
            for line in (*summary.story(timeline), *more, *map(str, written)):
                self._report(escape_unprintable(line))

    def start_progress(self, label: str, unit: str = "frames") -> Progress:
        """Starts to show progress, on standard error; see `Progress`."""
        if self._kind == "quiet":
            nowhere = io.StringIO()
            return Progress(label, unit, stream=nowhere, every_s=math.inf)
        return Progress(label, unit)
