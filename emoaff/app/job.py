import dataclasses
import math
import pathlib
import time

ASKED = {
    "model": str,
    "faces": ("all", "largest"),
    "doubt": ("withhold", "always-answer"),
    "affect": ("model", "derived"),
    "prior": ("preset", "as-trained", "uniform", "natural"),
    "annotate": ("yes", "no"),
}


@dataclasses.dataclass
class Job:
    """One file, from its upload to its results.

    Args:
        key: Known only to who sent the file.
        folder: Holds the file in `in` and the results in `files`.
        name: Of the file.
        asked: Of `ASKED`, what was chosen.

    Attributes:
        state: `"uploading"`, `"waiting"`, `"working"`, `"done"` or `"failed"`.
        share: How much is done, in `[0, 1]`; NaN if not known.
        frames: How many were looked at.
        sentence: Why it failed, or what else is to be said.
        result: What `emoaff predict --json` says.
        is_dropped: Whether nobody wants it any more.
        ended_s: When it was done or failed, by a clock that only rises.

    Example:
    >>> job = Job("k", pathlib.Path("k"), "clip.mp4", {})
    >>> job.is_over, str(job.file)
    (False, 'k/in/clip.mp4')
    """

    key: str
    folder: pathlib.Path
    name: str
    asked: dict[str, str]
    state: str = "uploading"
    share: float = math.nan
    frames: int = 0
    sentence: str = ""
    result: dict | None = None
    is_dropped: bool = False
    ended_s: float = math.nan

    @property
    def file(self) -> pathlib.Path:
        return self.folder / "in" / self.name

    @property
    def out(self) -> pathlib.Path:
        return self.folder / "files"

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")

    def end(self, state: str, sentence: str = "") -> None:
        """Sets the state that it stays in."""
        self.state, self.sentence = state, sentence
        self.ended_s = time.monotonic()

    def describe(self, ahead: int) -> dict:
        """Returns its state, for JSON.

        Args:
            ahead: How many are worked on before it.
        """
        files = sorted(self.out.iterdir()) if self.state == "done" else []
        return {
            "id": self.key,
            "name": self.name,
            "state": self.state,
            "ahead": ahead,
            "share": None if math.isnan(self.share) else round(self.share, 3),
            "frames": self.frames,
            "error": self.sentence if self.state == "failed" else None,
            "note": self.sentence if self.state == "done" else "",
            "result": self.result,
            "files": [file.name for file in files],
        }
