"""The labels that every corpus stores, and how those it lacks are filled."""

import numpy as np
import tensorflow_datasets as tfds

from emoaff.corpora.frame_labels import FrameLabels
from emoaff.labels import DIMENSION_RANGE
from emoaff.labels import DIMENSIONS


def make_label_features(extra: dict[str, tuple[str, ...]]) -> dict:
    """Returns the TFDS features of labels that all corpora share.

    Args:
        extra: See `CorpusBuilder.EXTRA`.
    """
    features = {
        "valence": tfds.features.Scalar(
            np.float32, doc="[-1, 1], NaN = unlabelled."
        ),
        "arousal": tfds.features.Scalar(
            np.float32, doc="[-1, 1], NaN = unlabelled."
        ),
        "expression": tfds.features.Scalar(
            np.int64, doc="Index in the label space, -1 = unlabelled."
        ),
    }
    for name, columns in extra.items():
        whole = name == "action_units"
        features[name] = tfds.features.Tensor(
            shape=(len(columns),),
            dtype=np.int64 if whole else np.float32,
            doc=f"{', '.join(columns)}; "
            f"{'-1' if whole else 'NaN'} = unlabelled.",
        )
    return features


def complete(rows: dict, length: int, extra: dict) -> dict[str, np.ndarray]:
    """Returns rows of labels with what they lack filled by "no label".

    Args:
        rows: See `FrameLabels.rows`.
        length: How many rows.
        extra: See `CorpusBuilder.EXTRA`.

    Raises:
        ValueError: If there is a label that the corpus does not declare.
    """
    missing = {
        "valence": np.full(length, np.nan, np.float32),
        "arousal": np.full(length, np.nan, np.float32),
        "expression": np.full(length, -1, np.int64),
    }
    for name, columns in extra.items():
        whole = name == "action_units"
        missing[name] = np.full(
            (length, len(columns)),
            -1 if whole else np.nan,
            np.int64 if whole else np.float32,
        )
    unknown = set(rows) - set(missing)
    if unknown:
        raise ValueError(
            f"Expected labels among {sorted(missing)}. Received: "
            f"{sorted(unknown)}. Name them in `EXTRA`."
        )
    for name, values in rows.items():
        missing[name] = np.asarray(values).astype(missing[name].dtype)
    return missing


def refuse_wrong_labels(
    labels: FrameLabels, name: str, classes: int, extra: dict
) -> None:
    """Refuses labels that could not be stored or read, before hours of work.

    Args:
        labels: Of one recording, or of some pictures.
        name: Whose they are, for the message.
        classes: How many there are.
        extra: See `CorpusBuilder.EXTRA`.

    Raises:
        ValueError: If a label is not declared, or out of its range.
    """
    complete({key: () for key in labels.values}, 0, extra)
    low, high = DIMENSION_RANGE
    for dimension in DIMENSIONS:
        values = labels.values.get(dimension, np.zeros(0))
        wrong = (values < low) | (values > high)
        if wrong.any():
            raise ValueError(
                f"Expected {dimension} in [{low:g}, {high:g}], or NaN, in "
                f"{name}. Received: {values[wrong][0]:g}."
            )
    values = labels.values.get("expression", np.zeros(0))
    wrong = (values < -1) | (values >= classes)
    if wrong.any():
        raise ValueError(
            f"Expected expression in [-1, {classes - 1}], of {classes} "
            f"classes, in {name}. Received: {values[wrong][0]}."
        )
    for key, columns in extra.items():
        shape = labels.values[key].shape[1:] if key in labels.values else None
        if shape not in (None, (len(columns),)):
            raise ValueError(
                f"Expected {len(columns)} columns of {key} in {name}: "
                f"{', '.join(columns)}. Received: shape={shape}."
            )
