"""Several corpora as one, for training across corpora."""

import dataclasses

import numpy as np

from emoaff import labels
from emoaff.data.recordings import Recordings


def map_to_space(recordings: Recordings, space: str, merge=None) -> Recordings:
    """Reads the classes of a split in another label space.

    Args:
        recordings: With a label space.
        space: Name of the label space, see `emoaff.labels`.
        merge: See `emoaff.labels.make_mapping`.

    Returns:
        The same frames; those of a class without a place in `space` are
        unlabelled. Labels of several classes and votes are left out.

    Raises:
        ValueError: If the corpus has no classes.
    """
    if recordings.space is None:
        raise ValueError(
            f"Expected classes in {recordings.dataset}, to read them as "
            f"{space}. It has none."
        )
    mapping = labels.make_mapping(recordings.space, space, merge)
    return dataclasses.replace(
        recordings,
        expression=mapping.map_indices(recordings.expression),
        emotions=None,
        distribution=None,
        space=mapping.target,
    )


def joined(parts: list[Recordings]) -> Recordings:
    """Joins the splits of several corpora, one after the other.

    Recordings and subjects get their corpus's name in front, so that people
    of the same name in two corpora are two people.

    Args:
        parts: At least one; with one label space and one kind of pictures.

    Returns:
        All frames. `dataset` and `split` name the parts.

    Raises:
        ValueError: If label spaces or kinds of pictures differ.
    """
    first = parts[0]
    for part in parts[1:]:
        if part.space != first.space or part.picture != first.picture:
            raise ValueError(
                "Expected corpora with one label space, all of videos or all "
                f"of stills. Received: {first.dataset} "
                f"({_kind(first)}) and {part.dataset} ({_kind(part)}). Set "
                "label_space, or leave one out."
            )
    frames = np.cumsum([0] + [len(part.names) for part in parts])
    records = np.cumsum([0] + [len(part.record_file) for part in parts])
    files = np.cumsum([0] + [len(part.files) for part in parts])

    def together(name, offsets=None):
        values = [getattr(part, name) for part in parts]
        if any(v is None for v in values):
            return None
        if offsets is not None:
            values = [v + o for v, o in zip(values, offsets, strict=False)]
        return np.concatenate(values)

    def named(name):
        return tuple(
            f"{part.dataset}/{text}" if text else ""
            for part in parts
            for text in getattr(part, name)
        )

    shapes = {part.picture_shape for part in parts}
    return Recordings(
        dataset=" + ".join(dict.fromkeys(part.dataset for part in parts)),
        split=" + ".join(dict.fromkeys(part.split for part in parts)),
        names=named("names"),
        subjects=named("subjects"),
        recording=together("recording", frames),
        index=together("index"),
        time=together("time"),
        valence=together("valence"),
        arousal=together("arousal"),
        expression=together("expression"),
        record=together("record", records),
        position=together("position"),
        files=tuple(path for part in parts for path in part.files),
        record_file=together("record_file", files),
        record_offset=together("record_offset"),
        record_length=together("record_length"),
        picture=first.picture,
        picture_shape=shapes.pop() if len(shapes) == 1 else (None, None, 3),
        emotions=together("emotions"),
        distribution=together("distribution"),
        space=first.space,
    )


def _kind(part):
    space = part.space.name if part.space else "no classes"
    return f"{space}, {part.picture}"
