import hashlib
import pathlib

import pytest

from emoaff.corpora import split_rules
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Footage
from emoaff.corpora.frame_labels import FrameLabels
from emoaff.corpora.source_recording import SourceRecording


def recordings(classes_of, known=True):
    """One recording for each subject and class."""
    return [
        SourceRecording(
            f"{subject}/{label}",
            subject,
            Footage(pathlib.Path(subject)),
            FrameLabels.constant(expression=label),
            split="",
            subject_is_known=known,
        )
        for subject, labels in classes_of.items()
        for label in labels
    ]


def test_a_fifth_of_the_subjects_is_for_validation_by_their_hash():
    subjects = [f"person {number}" for number in range(25)]
    report = BuildReport("own")
    found = split_rules.splits(
        recordings(dict.fromkeys(subjects, [0, 1])), report
    )
    by_hash = sorted(
        subjects, key=lambda s: hashlib.sha256(s.encode()).hexdigest()
    )
    assert {each.subject for each in found["validation"]} == set(by_hash[:5])
    assert {each.subject for each in found["train"]} == set(by_hash[5:])
    assert len(found["train"]) == 40
    assert report.notes == []


def test_each_class_gives_its_fifth():
    few = {f"a{number}": [0] for number in range(10)}
    many = {f"b{number}": [1] for number in range(40)}
    report = BuildReport("own")
    found = split_rules.splits(recordings(few | many, known=False), report)
    labels = [
        int(each.labels.values["expression"][0]) for each in found["validation"]
    ]
    assert (labels.count(0), labels.count(1)) == (2, 8)
    (note,) = report.notes
    assert "50 of 50 recordings do not say who is in them" in note
    assert "may be in train and in validation" in note


@pytest.mark.parametrize(
    ("people", "held_out"), [(1, 0), (2, 1), (7, 1), (8, 2)]
)
def test_of_few_subjects_one_is_held_out(people, held_out):
    subjects = {str(number): [0] for number in range(people)}
    found = split_rules.splits(recordings(subjects), BuildReport("own"))
    assert len(found.get("validation", [])) == held_out
    assert len(found["train"]) == people - held_out
