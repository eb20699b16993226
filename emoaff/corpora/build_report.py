import json
import pathlib

import numpy as np

from emoaff.corpora.frame_labels import has_label

NAME = "build_report.json"
_TITLES = {
    "recordings": "recordings",
    "subjects": "subjects",
    "frames_read": "frames read",
    "frames": "frames stored",
    "valence": "with valence",
    "arousal": "with arousal",
    "expression": "with a class",
    "emotions": "with several classes",
    "votes": "with votes",
    "action_units": "with action units",
}
_ONCE_BUILT = ("frames_read", "frames")  # of no meaning in a plan
_EXAMPLES = 20  # names kept of each reason


class BuildReport:
    """Counts what goes into a corpus, and everything that does not.

    Args:
        dataset: Name and configuration.
    """

    def __init__(self, dataset: str):
        self.dataset = dataset
        self.classes: list[str] = []
        self.notes: list[str] = []
        self._ways: list[str] = []
        self._splits: dict[str, dict] = {}
        self._subjects: dict[str, set] = {}
        self._damaged: dict[str, str] = {}
        self._left_out: dict[str, tuple[int, list[str]]] = {}

    def leave_out(self, why: str, name: str) -> None:
        """Notes a file that is not used; `why` stands in brackets."""
        name = _make_printable(name)
        count, names = self._left_out.get(why, (0, []))
        if len(names) < _EXAMPLES:
            names.append(name)
        else:
            names[-1] = min(names[-1], name)
        self._left_out[why] = count + 1, names

    def damage(self, name: str, complaint: str) -> None:
        """Notes a file that is used as far as it can be read."""
        self._damaged[_make_printable(name)] = complaint

    def note(self, sentence: str) -> None:
        """Notes what the user should know of the corpus as it was built."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def explain(self, sentence: str) -> None:
        """Says how the counts of a plan come about, once for each way."""
        if sentence not in self._ways:
            self._ways.append(sentence)

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
        self._subjects[split] = set()

    def add(self, split: str, **counts: int) -> None:
        """Adds to counts of a split that has begun."""
        found = self._splits[split]
        for name, count in counts.items():
            found[name] = found.get(name, 0) + count

    def add_subject(self, split: str, subject: str) -> None:
        """Counts a person once; does nothing if the id is empty."""
        if subject:
            self._subjects[split].add(subject)
        self._splits[split]["subjects"] = len(self._subjects[split])

    def add_rows(self, split: str, rows: dict[str, np.ndarray]) -> None:
        """Counts the labels of frames, see `FrameLabels.rows`."""
        for name, values in rows.items():
            count = int(np.count_nonzero(has_label(values)))
            self.add(split, **{name: count})
        counts = self._splits[split]["classes"]
        index = np.asarray(rows.get("expression", ()), np.int64)
        found = np.bincount(index[index >= 0], minlength=len(self.classes))
        for name, count in zip(self.classes, found, strict=True):
            counts[name] += int(count)

    def counts(self, split: str) -> dict:
        """Returns the counts of a split that has begun."""
        return self._splits[split]

    def compare(
        self, published: dict[str, dict[str, int]], keys: tuple[str, ...]
    ) -> None:
        """Notes where counts differ from those that publications give.

        Args:
            published: Counts by split and key.
            keys: Which to compare, of `"recordings"` and `"frames"`.
        """
        for split, counts in published.items():
            if split not in self._splits:
                self.note(f"there is no {split}, which publications have")
                continue
            for key in keys:
                found = self._splits[split][key]
                if key in counts and found != counts[key]:
                    self.note(
                        f"{split} has {found} {key}, published are "
                        f"{counts[key]}"
                    )

    def finish(self) -> None:
        """Adds the notes that follow from the counts."""
        if self._damaged:
            name, complaint = min(self._damaged.items())
            self.note(
                "damaged files, used as far as they can be read: "
                f"{len(self._damaged)}, such as {name} ({complaint})"
            )
        for split, counts in self._splits.items():
            missing = [n for n, count in counts["classes"].items() if not count]
            if missing and len(missing) == len(counts["classes"]) > 1:
                self.note(f"{split} has no frame with a class")
                missing = []
            for name in missing:
                self.note(f"{split} has no frame of the class {name!r}")
            people = counts["other_people"]
            if people:
                self.note(
                    f"{split} leaves out {people} other "
                    f"{'person' if people == 1 else 'people'}: one is kept of "
                    "each recording"
                )

    def to_dict(self, **facts) -> dict:
        """Returns everything, for `build_report.json`.

        Args:
            **facts: More to go into it.
        """
        left_out = [
            {"why": why, "count": count, "names": sorted(names)}
            for why, (count, names) in self._left_out.items()
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
        """Returns a table, how it counts, what was left out, and notes."""
        splits = list(self._splits.values())
        rows = [("", list(self._splits))]
        for key, title in _TITLES.items():
            planned = key in _ONCE_BUILT and not any(s[key] for s in splits)
            if any(key in counts for counts in splits) and not planned:
                rows.append((title, [s.get(key, 0) for s in splits]))
        for name in self.classes:
            rows.append((f"  {name}", [s["classes"][name] for s in splits]))
        wide = max(len(title) for title, _ in rows)
        lines = [self.dataset]
        for title, cells in rows:
            lines.append(title.ljust(wide) + "".join(f"{c:>12}" for c in cells))
        lines += [f"counted: {each}" for each in self._ways]
        lines += [f"left out: {each}" for each in self._list_left_out_clauses()]
        return "\n".join(lines + [f"note: {each}" for each in self.notes])

    def describe_left_out(self) -> str:
        """Returns what was left out so far, and why, in one line."""
        return "; ".join(self._list_left_out_clauses()) or "nothing"

    def _list_left_out_clauses(self):
        for why, (count, names) in self._left_out.items():
            yield f"{count} ({why}), such as {min(names)}"

    def write(self, folder: pathlib.Path, **facts) -> pathlib.Path:
        """Writes `to_dict` into a folder."""
        path = pathlib.Path(folder, NAME)
        text = json.dumps(self.to_dict(**facts), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", "utf-8")
        return path


def _make_printable(name):
    """A file's name as text; bytes that are no UTF-8 as escapes."""
    return name.encode("utf-8", "backslashreplace").decode()
