import dataclasses

import numpy as np
import pytest

from emoaff.data.subject_splits import fold_by_subject
from emoaff.data.subject_splits import leave_one_subject_out
from emoaff.data.subject_splits import refuse_shared_subjects
from emoaff.data.subject_splits import split_by_subject
from tests.data.label_tables import label_table

RNG = np.random.default_rng(0)
# 20 people with one to seven recordings each, in mixed order.
SUBJECTS = np.repeat([f"P{i}" for i in range(20)], RNG.integers(1, 8, 20))
SUBJECTS = tuple(RNG.permutation(SUBJECTS).tolist())


def people_in(recordings):
    return {SUBJECTS[number] for number in recordings}


def check_sides(*sides):
    """Every recording on one side, every person on one side."""
    together = np.sort(np.concatenate(sides))
    np.testing.assert_array_equal(together, np.arange(len(SUBJECTS)))
    assert sum(len(people_in(side)) for side in sides) == 20


@pytest.mark.parametrize(
    ("shares", "sizes"),
    [
        (None, {"train": 16, "validation": 4}),
        ({"a": 0.7, "b": 0.15, "c": 0.15}, {"a": 14, "b": 3, "c": 3}),
        # 6.67 each: the two left over go to the first of equals.
        ({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, {"a": 7, "b": 7, "c": 6}),
        ({"a": 0.93, "b": 0.07}, {"a": 19, "b": 1}),  # 18.6 and 1.4
    ],
)
def test_every_person_is_in_one_split_of_the_right_size(shares, sizes):
    splits = split_by_subject(SUBJECTS, shares, seed=0)
    assert list(splits) == list(sizes)
    check_sides(*splits.values())
    got = {name: len(people_in(split)) for name, split in splits.items()}
    assert got == sizes
    for split in splits.values():
        assert (np.diff(split) > 0).all()


def test_the_split_follows_the_seed_and_the_people_alone():
    first = split_by_subject(SUBJECTS, seed=0)
    other = split_by_subject(SUBJECTS, seed=1)
    assert people_in(first["validation"]) != people_in(other["validation"])
    turned = split_by_subject(SUBJECTS[::-1], seed=0)
    for name, split in turned.items():
        back = np.sort(len(SUBJECTS) - 1 - split)
        np.testing.assert_array_equal(back, first[name])


@pytest.mark.parametrize("k", [2, 3, 20])
def test_every_person_is_held_out_once(k):
    folds = fold_by_subject(SUBJECTS, k, seed=0)
    assert len(folds) == k
    check_sides(*(out for _, out in folds))
    for rest, out in folds:
        check_sides(rest, out)
        assert len(people_in(out)) in (20 // k, -(-20 // k))


def test_folds_follow_the_seed():
    first, again, other = (
        [people_in(out) for _, out in fold_by_subject(SUBJECTS, 4, seed)]
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_one_person_is_left_out_at_a_time():
    folds = leave_one_subject_out(["b", "a", "b", "c"])
    got = [(rest.tolist(), out.tolist()) for rest, out in folds]
    assert got == [([0, 2, 3], [1]), ([1, 3], [0, 2]), ([0, 1, 2], [3])]


@pytest.mark.parametrize(
    "split",
    [split_by_subject, leave_one_subject_out, lambda s: fold_by_subject(s, 2)],
)
def test_a_corpus_that_does_not_name_its_people_cannot_be_split(split):
    with pytest.raises(ValueError, match="2 of 3 .* does not name its people"):
        split(["a", "", ""])
    with pytest.raises(ValueError, match="Received: none"):
        split([])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: split_by_subject("ab", {"a": 0.5}), "sum to 1"),
        (lambda: split_by_subject("ab", {"a": 1.5, "b": -0.5}), "positive"),
        (lambda: split_by_subject("aab"), "2 people"),
        (lambda: fold_by_subject("ab", 3), r"in \[2, 2\].* k=3"),
        (lambda: fold_by_subject("ab", 1), "k=1"),
        (lambda: leave_one_subject_out("aa"), "2 recordings of 'a'"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_person_in_two_splits_is_refused():
    train = label_table([0], [0], subjects=("ann", "bob"))
    other = label_table([0], [0], [0], subjects=("cat", "dan", "bob"))
    splits = {"train": train, "validation": other}
    with pytest.raises(ValueError) as error:
        refuse_shared_subjects(splits)
    for words in (
        "'bob' of made_up",
        "train (recording 'b')",
        "validation (recording 'c')",
        "1 shared",
    ):
        assert words in str(error.value)
    refuse_shared_subjects({"train": train})
    # The same name in another corpus is another person.
    splits["validation"] = dataclasses.replace(other, dataset="elsewhere")
    refuse_shared_subjects(splits)


def test_people_without_a_name_are_told_by_recording():
    train = label_table([0], [0], subjects=("", "bob"))
    other = dataclasses.replace(train, names=("c", "d"), subjects=("", "b"))
    refuse_shared_subjects({"train": train, "test": other})
    other = dataclasses.replace(other, names=("a", "d"))
    with pytest.raises(ValueError, match="'a' of made_up in train"):
        refuse_shared_subjects({"train": train, "test": other})
