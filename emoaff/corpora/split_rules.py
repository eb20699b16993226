"""Which recordings are for training, validation and test."""

import dataclasses
import hashlib

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_recording import SourceRecording

NAMES = ("train", "validation", "test")
_WORDS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "devel": "validation",
    "test": "test",
    "testing": "test",
}
_SHARE = 0.2  # of the subjects, for validation


def split_name(word: str) -> str | None:
    """Returns the split that a word of a user's means, None if it is none."""
    return _WORDS.get(word.strip().lower())


def splits(
    recordings: list[SourceRecording], report: BuildReport
) -> dict[str, list[SourceRecording]]:
    """Returns the recordings of each split, in their order.

    Where no splits are given, see `by_subject`.

    Raises:
        ValueError: If a subject is in two splits that are given.
    """
    if not any(recording.split for recording in recordings):
        recordings = by_subject(recordings, report)
    refuse_shared_subjects(recordings)
    found = {
        name: [each for each in recordings if each.split == name]
        for name in NAMES
    }
    return {name: some for name, some in found.items() if some}


def by_subject(
    recordings: list[SourceRecording], report: BuildReport
) -> list[SourceRecording]:
    """Returns recordings of no split as such of train and validation.

    A fifth of the subjects is for validation, at least one, and about a
    fifth of those with the same classes: those whose ids have the smallest
    SHA-256. A single subject is for training.
    """
    subjects = _take_in_turn(recordings)
    held_out = set()
    if len(subjects) > 1:
        held_out.update(subjects[: max(round(_SHARE * len(subjects)), 1)])
    else:
        report.note(
            "all is in train: there is one subject, so nobody is left for "
            "validation"
        )
    nameless = sum(not recording.subject_is_known for recording in recordings)
    if nameless and held_out:
        report.note(
            f"{nameless} of {len(recordings)} recordings do not say who is in "
            "them, so each of their files counts as a person of its own, and "
            "one person in two files may be in train and in validation; a "
            "table with a column subject mends that"
        )
    return [
        dataclasses.replace(
            each,
            split="validation" if each.subject in held_out else "train",
        )
        for each in recordings
    ]


def _take_in_turn(recordings):
    """Orders subjects so that any start of the list has all classes' shares."""
    classes: dict[str, set] = {}
    for each in recordings:
        found = classes.setdefault(each.subject, set())
        found.update(each.labels.values["expression"].tolist())
    groups: dict[frozenset, list] = {}
    for subject, found in classes.items():
        digest = hashlib.sha256(subject.encode()).hexdigest()
        groups.setdefault(frozenset(found), []).append((digest, subject))
    turns = [
        (rank / len(group), *pair)
        for group in groups.values()
        for rank, pair in enumerate(sorted(group), start=1)
    ]
    return [subject for *_, subject in sorted(turns)]


def refuse_shared_subjects(recordings: list[SourceRecording]) -> None:
    """Raises ValueError if a subject is in two splits."""
    first: dict[str, SourceRecording] = {}
    for recording in recordings:
        other = first.setdefault(recording.subject, recording)
        if other.split != recording.split:
            raise ValueError(
                "Expected each subject in one split only. Received: subject "
                f"{recording.subject!r} in {other.split} ({other.name}) and "
                f"in {recording.split} ({recording.name}). Move all files of "
                "a subject to one split."
            )
