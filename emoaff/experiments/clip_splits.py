"""What a recipe learns from and what it validates with."""

import dataclasses

from emoaff import labels
from emoaff.data.joined_recordings import in_space
from emoaff.data.recordings import Recordings
from emoaff.data.recordings import load_recordings
from emoaff.data.subject_splits import split_by_subject


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
    splits = splits or _of_corpus(config, data_dir)
    if not config.label_space:
        return list(splits)
    made = [in_space(split, config.label_space) for split in splits]
    mapping = labels.mapping(splits[0].space, config.label_space)
    if mapping.dropped or mapping.unreached:
        report(
            f"classes of {splits[0].space.name} without a place in "
            f"{config.label_space}: {', '.join(mapping.dropped) or 'none'}; "
            f"not reached there: {', '.join(mapping.unreached) or 'none'}"
        )
    return made


def _of_corpus(config, data_dir):
    training = load_recordings(config.dataset, config.train_split, data_dir)
    if not config.validation_share:
        name = config.validation_split
        return training, load_recordings(config.dataset, name, data_dir)
    share = config.validation_share
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
