import json
import pathlib

import numpy as np

NAME = "build_report.json"


class BuildReport:
    """Counts what goes into a corpus, and everything that does not.

    Args:
        dataset: Name and configuration.
    """

    def __init__(self, dataset: str):
        self.dataset = dataset
        self.classes: list[str] = []
        self.notes: list[str] = []
        self._splits: dict[str, dict] = {}
        self._left_out: dict[str, list[str]] = {}

    def leave_out(self, why: str, name: str) -> None:
        """Notes a file that is not used; `why` stands in brackets."""
        self._left_out.setdefault(why, []).append(name)

    def note(self, sentence: str) -> None:
        """Notes what the user should know of the corpus as it was built."""
        self.notes.append(sentence)

    def begin(self, split: str) -> None:
        """Begins the counts of a split, at zero."""
        self._splits[split] = {
            "recordings": 0,
            "subjects": 0,
            "frames_read": 0,
            "frames": 0,
            "other_people": 0,
            "expression": 0,
            "valence": 0,
            "arousal": 0,
            "classes": dict.fromkeys(self.classes, 0),
        }

    def add(self, split: str, **counts: int) -> None:
        """Adds to counts of a split that has begun."""
        for name, count in counts.items():
            self._splits[split][name] += count

    def add_labels(
        self, split: str, valence: float, arousal: float, expression: int
    ) -> None:
        """Counts one frame by its labels: NaN or -1 is no label."""
        counts = self._splits[split]
        counts["frames"] += 1
        counts["valence"] += not np.isnan(valence)
        counts["arousal"] += not np.isnan(arousal)
        if expression >= 0:
            counts["expression"] += 1
            counts["classes"][self.classes[expression]] += 1

    def finish(self) -> None:
        """Adds the notes that follow from the counts."""
        for split, counts in self._splits.items():
            for name, count in counts["classes"].items():
                if not count:
                    self.note(f"{split} has no frame of the class {name!r}")
            people = counts["other_people"]
            if people:
                self.note(
                    f"{split} leaves out {people} other "
                    f"{'person' if people == 1 else 'people'}: one face track "
                    "is kept of each recording, that of the largest area"
                )

    def to_dict(self, **facts) -> dict:
        """Returns everything, for `build_report.json`.

        Args:
            **facts: More to go into it.
        """
        left_out = [
            {"why": why, "count": len(names), "names": sorted(names)}
            for why, names in self._left_out.items()
        ]
        return {
            "dataset": self.dataset,
            **facts,
            "classes": self.classes,
            "splits": self._splits,
            "left_out": left_out,
            "notes": self.notes,
        }

    def to_text(self) -> str:
        """Returns a table of the splits, then what was left out, and notes."""
        rows = [("", list(self._splits))]
        for title, key in (
            ("recordings", "recordings"),
            ("subjects", "subjects"),
            ("frames read", "frames_read"),
            ("frames stored", "frames"),
            ("with valence", "valence"),
            ("with arousal", "arousal"),
            ("with a class", "expression"),
        ):
            rows.append((title, [s[key] for s in self._splits.values()]))
        for name in self.classes:
            counts = [s["classes"][name] for s in self._splits.values()]
            rows.append((f"  {name}", counts))
        wide = max(len(title) for title, _ in rows)
        lines = [self.dataset]
        for title, cells in rows:
            lines.append(title.ljust(wide) + "".join(f"{c:>12}" for c in cells))
        lines += [f"left out: {each}" for each in self._left_out_clauses()]
        return "\n".join(lines + [f"note: {each}" for each in self.notes])

    def left_out_text(self) -> str:
        """Returns what was left out so far, and why, in one line."""
        return "; ".join(self._left_out_clauses()) or "nothing"

    def _left_out_clauses(self):
        for why, names in self._left_out.items():
            yield f"{len(names)} ({why}), such as {min(names)}"

    def write(self, folder: str, **facts) -> pathlib.Path:
        """Writes `to_dict` into a folder."""
        path = pathlib.Path(folder, NAME)
        text = json.dumps(self.to_dict(**facts), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", "utf-8")
        return path
