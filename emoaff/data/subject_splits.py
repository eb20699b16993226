"""Splits that keep all recordings of a person on one side."""

from __future__ import annotations

import collections.abc
import itertools
import typing

import numpy as np
from sklearn import model_selection

if typing.TYPE_CHECKING:
    from emoaff.data.recordings import Recordings


def split_by_subject(
    subjects: collections.abc.Sequence[str],
    shares: collections.abc.Mapping[str, float] | None = None,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Splits recordings by person.

    Shares are of people, not of recordings or frames. Who goes where depends
    on the set of names and the seed alone, not on the order of recordings.

    Args:
        subjects: The person in each recording, `Recordings.subjects`.
        shares: Name of each split to its share of the people, positive, 1 in
            all. Defaults to 0.8 for train and 0.2 for validation, as in
            Tzirakis et al. Each split gets the whole number nearest below,
            and who is left over goes to the largest remainders.
        seed: Of the draw.

    Returns:
        Name of each split to its recordings, int64, increasing.

    Raises:
        ValueError: If a recording has no subject, the shares do not sum to 1,
            or there are too few people for every split to have one.

    References:
        - [Tzirakis et al., 2021](https://arxiv.org/abs/2111.02717), 80/20 by
          participants
    """
    subjects = _named(subjects)
    people = len(np.unique(subjects))
    if shares is None:
        shares = {"train": 0.8, "validation": 0.2}
    share = np.array(list(shares.values()), np.float64)
    if not (share > 0).all() or not np.isclose(share.sum(), 1.0):
        raise ValueError(
            "`shares` must be positive and sum to 1. "
            f"Received: shares={dict(shares)}."
        )
    exact = share * people
    sizes = np.floor(exact).astype(int)
    sizes[np.argsort(sizes - exact, kind="stable")[: people - sizes.sum()]] += 1
    if sizes.min() < 1:
        raise ValueError(
            "Each split must have at least one person. Received: "
            f"{people} people, shares={dict(shares)}. Use fewer splits or "
            "larger shares, or leave one person out at a time."
        )
    rest, result = np.arange(len(subjects)), {}
    for name, size in list(zip(shares, sizes, strict=True))[:0:-1]:
        splitter = model_selection.GroupShuffleSplit(
            1, test_size=int(size), random_state=seed
        )
        others, chosen = next(splitter.split(rest, groups=subjects[rest]))
        rest, result[name] = rest[others], rest[chosen]
    result[next(iter(shares))] = rest
    return {name: result[name] for name in shares}


def fold_by_subject(
    subjects: collections.abc.Sequence[str], k: int, seed: int = 0
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Splits recordings into `k` folds of people.

    Folds have equally many people, give or take one.

    Args:
        subjects: The person in each recording, `Recordings.subjects`.
        k: Number of folds, at least 2 and at most the number of people.
        seed: Of the draw.

    Returns:
        For each fold `(rest, held_out)`, recordings, int64, increasing. Every
        recording is held out once.

    Raises:
        ValueError: If a recording has no subject or `k` is out of range.
    """
    subjects = _named(subjects)
    people = np.unique(subjects)
    if not 2 <= k <= len(people):
        raise ValueError(
            f"`k` must lie in [2, {len(people)}], the number of people. "
            f"Received: k={k}."
        )
    # Folds of people; GroupKFold ignores the seed or needs scikit-learn 1.6.
    splitter = model_selection.KFold(k, shuffle=True, random_state=seed)
    chosen = (
        np.isin(subjects, people[out]) for _, out in splitter.split(people)
    )
    return [(np.flatnonzero(~out), np.flatnonzero(out)) for out in chosen]


def leave_one_subject_out(
    subjects: collections.abc.Sequence[str],
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Holds out one person at a time.

    Args:
        subjects: The person in each recording, `Recordings.subjects`.

    Returns:
        For each person, in order of name, `(rest, held_out)`, recordings,
        int64, increasing.

    Raises:
        ValueError: If a recording has no subject, or all have the same.
    """
    subjects = _named(subjects)
    if len(np.unique(subjects)) < 2:
        raise ValueError(
            "There must be at least 2 people to leave one out. Received: "
            f"{len(subjects)} recordings of {str(subjects[0])!r}."
        )
    splitter = model_selection.LeaveOneGroupOut()
    return list(splitter.split(np.arange(len(subjects)), groups=subjects))


def refuse_shared_subjects(
    splits: collections.abc.Mapping[str, Recordings],
) -> None:
    """Raises an error if a person is in two splits.

    A name means the same person only within one corpus. A recording without
    a subject counts by its own name, so that at least the same recording is
    not in two splits; whether its person is in another one nobody can tell.

    Args:
        splits: Name of each split to its labels.

    Raises:
        ValueError: If a person (or a recording without subject) is in two of
            them, with one recording from each.
    """
    people = {name: _find_recordings(split) for name, split in splits.items()}
    for (first, some), (second, others) in itertools.combinations(
        people.items(), 2
    ):
        shared = sorted(some.keys() & others.keys())
        if shared:
            person = shared[0]
            dataset, subject = person[:2]
            raise ValueError(
                "No person may be in two splits, or scores mean nothing. "
                f"Received: {subject!r} of {dataset} in {first} (recording "
                f"{some[person]!r}) and in {second} (recording "
                f"{others[person]!r}), {len(shared)} shared in all. Split by "
                "subject with `split_by_subject`."
            )


def _find_recordings(recordings):
    """Finds one recording per person; the unnamed go by their recording."""
    return {
        (recordings.dataset, subject or name, bool(subject)): name
        for name, subject in zip(
            recordings.names, recordings.subjects, strict=True
        )
    }


def _named(subjects):
    subjects = np.asarray(list(subjects), dtype=str)
    nameless = np.flatnonzero(subjects == "")
    if not len(subjects):
        raise ValueError(
            "There must be at least one recording. Received: none."
        )
    if len(nameless):
        raise ValueError(
            "Every recording must have a subject to be split by. Received: "
            f"{len(nameless)} of {len(subjects)} without, since the corpus "
            "does not name its people. Use its own splits."
        )
    return subjects
