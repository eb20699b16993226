"""The two forms in which RECOLA is handed out: what lies where."""

import dataclasses
import re
from pathlib import PurePosixPath

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.side_files import select_side_files
from emoaff.corpora.source_tree import SourceTree

DIMENSIONS = ("valence", "arousal")
# Of the makers, and of the challenges (there, filtered).
_PHYSIOLOGY = ("RECOLA-Biosignals-recordings", "recordings_physio")


@dataclasses.dataclass(frozen=True)
class Package:
    """One form of the corpus.

    Args:
        pattern: Of a file's name without suffix, with a group for a word and
            one for a number, whose zeros in front and whose case may differ.
        template: The name of a recording, from `word` and `number`.
        example: Such a name.
        ratings: For each gold standard, the folders, by names that were
            seen, which hold a folder for each dimension, and the suffix of
            the files in these.
    """

    pattern: str
    template: str
    example: str
    ratings: dict[str, tuple[tuple[str, ...], str]]

    def name(self, stem: str) -> str | None:
        """Returns the recording that a file is of, None if of none."""
        match = re.fullmatch(self.pattern, stem.strip(), re.IGNORECASE)
        if not match:
            return None
        word, number = match.groups()
        return self.template.format(word=word.lower(), number=int(number))

    def find_ratings(
        self, gold: str, tree: SourceTree, report: BuildReport
    ) -> dict[str, dict[str, PurePosixPath]]:
        """Returns dimension to recording to file, the topmost of several.

        Args:
            gold: The gold standard; a key of `ratings`.
            tree: The user's folder.
            report: Told of files beside them that are not used.
        """
        files = sorted(
            self.rating_files(gold, tree), key=lambda file: len(file.parts)
        )
        found: dict[str, dict] = {dimension: {} for dimension in DIMENSIONS}
        named = []
        for file in files:
            if self.name(file.stem):
                named.append(file)
            elif file.stem.lower().endswith("all"):
                report.leave_out("many recordings in one file", str(file))
            else:
                report.leave_out("ratings of no recording", str(file))
        for file in tree.usable(named, report):
            name = self.name(file.stem)
            first = found[file.parent.name.lower()].setdefault(name, file)
            if first is not file:
                report.leave_out("ratings that stand in two files", str(file))
        return found

    def find_sides(
        self, tree: SourceTree, report: BuildReport
    ) -> dict[str, dict[str, PurePosixPath]]:
        """Returns modality to recording to file, of sound and physiology.

        Sound may lie anywhere; physiology lies in a folder that says so, for
        other tables have the same names.
        """
        sound = [f for f in tree.files if f.suffix.lower() == ".wav"]
        above = {_clean_name(name) for name in _PHYSIOLOGY}
        series = [
            file
            for file in tree.files
            if file.suffix.lower() == ".csv"
            and above & {_clean_name(part) for part in file.parts[:-1]}
        ]
        # Beside the raw ones there may be the same, filtered.
        filtered = [file for file in series if "filtered" in file.parts]
        series = filtered or series
        return {
            "audio": select_side_files(tree, sound, self.name, report),
            "physio": select_side_files(tree, series, self.name, report),
        }

    def rating_files(self, gold: str, tree: SourceTree) -> list[PurePosixPath]:
        """Returns the files that lie and end as ratings do."""
        folders, suffix = self.ratings[gold]
        above = {_clean_name(folder) for folder in folders}
        return [
            file
            for file in tree.files
            if file.suffix.lower() == suffix
            and file.parent.name.lower() in DIMENSIONS
            and above & {_clean_name(part) for part in file.parts[:-2]}
        ]

    def wanted(self, gold: str) -> str:
        """Returns what `find_ratings` looks for, in words."""
        folders, suffix = self.ratings[gold]
        return (
            f"a folder {' or '.join(folders)} with "
            f"arousal/{self.example}{suffix} and valence/{self.example}{suffix}"
        )


PACKAGES = {
    "full": Package(
        pattern=r"(P)(\d+)",
        template="P{number}",
        example="P16",
        ratings={
            "centred": (("emotional_behaviour",), ".csv"),
            "mean": (("emotional_behaviour",), ".csv"),
            "given": (("Ratings_affective_behaviour_CCC_centred",), ".csv"),
        },
    ),
    "avec": Package(
        pattern=r"(train|dev|test)[_ ](\d+)",
        template="{word}_{number}",
        example="train_1",
        ratings={
            "arff": (("ratings_gold_standard", "gs_1"), ".arff"),
            "centred": (("ratings_individual", "individual"), ".csv"),
            "mean": (("ratings_individual", "individual"), ".csv"),
        },
    ),
}


def _clean_name(name):
    return name.lower().replace("_", " ").strip()
