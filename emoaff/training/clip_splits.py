"""Reads the recordings that a recipe trains on and validates with."""

import dataclasses

import numpy as np

from emoaff import corpora
from emoaff import labels
from emoaff.data.joined_recordings import joined
from emoaff.data.joined_recordings import map_to_space
from emoaff.data.recordings import Recordings
from emoaff.data.recordings import load_recordings
from emoaff.data.sampling import held_out
from emoaff.data.stored_images import read_stored_images
from emoaff.data.subject_splits import split_by_subject
from emoaff.training.corpus_lists import read_merges
from emoaff.training.corpus_lists import split_datasets

_SHARE = 0.2


def read_splits(config, data_dir, report, splits=None) -> list[Recordings]:
    """Reads the two splits of a recipe, in its label space.

    Args:
        config: A `ClipConfig`.
        data_dir: Where the corpus was built.
        report: Called with a line about classes that are left out.
        splits: The two to use instead of the corpus's own, or `None`.

    Returns:
        Training and validation.

    Raises:
        ValueError: If the corpus does not name its people and
            `validation_share` needs them, or has no classes to map.
        FileNotFoundError: If the corpus was not built.
    """
    names = split_datasets(config.data.dataset)
    if not splits and len(names) > 1:
        return join_corpora(config, names, data_dir, report)
    splits = splits or read_corpus_splits(config, names[0], data_dir, report)
    space = config.data.label_space
    if not space:
        return list(splits)
    merge = read_merges(config.data.merges, names).get(names[0])
    made = [map_to_space(split, space, merge) for split in splits]
    mapping = labels.make_mapping(splits[0].space, space)
    if mapping.dropped or mapping.unreached:
        report(
            f"classes of {splits[0].space.name} without a place in "
            f"{space}: {', '.join(mapping.dropped) or 'none'}; "
            f"not reached there: {', '.join(mapping.unreached) or 'none'}"
        )
    return made


def join_corpora(config, names, data_dir, report) -> list[Recordings]:
    """Reads the splits of several corpora as one, in one label space.

    Args:
        config: A `ClipConfig`.
        names: The corpora, all of videos or all of stills.
        data_dir: Where they were built.
        report: See `read_corpus_splits`.

    Returns:
        Training and validation; see
        `emoaff.data.joined_recordings.joined`.

    Raises:
        ValueError, FileNotFoundError: See `read_splits` and `joined`.
    """
    merges = read_merges(config.data.merges, split_datasets(",".join(names)))
    parts = []
    for name in names:
        some = read_corpus_splits(config, name, data_dir, report)
        parts.append([map_split(config, each, merges[name]) for each in some])
    return [joined(list(side)) for side in zip(*parts, strict=True)]


def map_split(config, recordings: Recordings, merge=None) -> Recordings:
    """Reads a split in the recipe's label space, if both have one."""
    space = config.data.label_space
    if space and recordings.space is not None:
        return map_to_space(recordings, space, merge)
    return recordings


def read_corpus_splits(config, dataset, data_dir, report) -> list[Recordings]:
    """Reads what a corpus has to learn from and to validate with.

    A corpus without the split that `config` names gives a fifth of the people
    of its training split instead, as `validation_share` does.

    Args:
        config: A `ClipConfig`.
        dataset: Name of the corpus.
        data_dir: Where it was built.
        report: Called with a line where people are held out unasked.

    Returns:
        Training and validation, in the corpus's own classes. With
        `data.held_out` these are parts of the training split.

    Raises:
        ValueError, FileNotFoundError: See `read_splits`.
    """
    data = config.data
    training = load_recordings(dataset, data.train_split, data_dir)
    if data.held_out:
        return _hold_out(training, data.held_out)
    share, name = data.validation_share, data.validation_split
    if not share:
        if name.partition("[")[0] in corpora.list_splits(dataset, data_dir):
            return [training, load_recordings(dataset, name, data_dir)]
        share = _SHARE
        report(
            f"{dataset} has no split {name}: {share:.0%} of the people of "
            f"{data.train_split} validate instead (data.validation_share)"
        )
    parts = split_by_subject(
        training.subjects,
        {"train": 1.0 - share, "validation": share},
        config.seed,
    )
    return [
        dataclasses.replace(
            training.subset(parts[name]),
            split=f"{training.split}, {part:.0%} of its people",
        )
        for name, part in (("train", 1.0 - share), ("validation", share))
    ]


def _hold_out(recordings, share):
    """Parts a split by the pixels of its images."""
    aside = held_out(read_stored_images(recordings), share)
    if len(aside) != len(recordings.names) or not 0 < aside.sum() < len(aside):
        raise ValueError(
            "Expected a split of still images, some of which can be held out. "
            f"Received: data.held_out={share}, {len(recordings.names)} "
            f"recordings of {len(aside)} frames. Use data.validation_share."
        )
    return [
        dataclasses.replace(
            recordings.subset(np.flatnonzero(mask)),
            split=f"{recordings.split}, {part:.0%} of its images",
        )
        for mask, part in ((~aside, 1.0 - share), (aside, share))
    ]
