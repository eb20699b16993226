"""The tables of one clip: what its frames show, and where the face is."""

import dataclasses
import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.footage import Box
from tfds_builders.realeyes_like.frame_table import FrameTable
from tfds_builders.realeyes_like.frame_table import read_frame_table

_BOX = ("x", "y", "width", "height")


def read_annotation(
    path: pathlib.Path, name: str, classes: tuple[str, ...], raters: int
) -> FrameTable:
    """Reads which classes frames show.

    Args:
        path: The file.
        name: What messages call it.
        classes: The columns it must have beside `frame`, in any order.
        raters: The highest count of votes.

    Returns:
        The table with its columns in the order of `classes`, NaN where
        unknown.

    Raises:
        ValueError: If it has other columns, or a cell is neither -1 nor a
            whole number from 0 to `raters`; see `read_frame_table` for more.
    """
    table = read_frame_table(path, name)
    if sorted(table.columns) != sorted(classes):
        raise ValueError(
            f"Expected the columns frame, {', '.join(classes)} in {name}. "
            f"Found: frame, {', '.join(table.columns)}. Other classes have to "
            "be named in the configuration, such as 'realeyes_like/shares+"
            f"classes={'|'.join(table.columns)}'."
        )
    order = [table.columns.index(each) for each in classes]
    table = dataclasses.replace(
        table, columns=classes, values=table.values[:, order]
    )
    values = table.values
    wrong = (values < -1) | (values > raters) | (values > np.floor(values))
    table.refuse(wrong, f"-1, or a whole number from 0 to {raters},")
    unknown = np.where(values < 0, np.nan, values)
    return dataclasses.replace(table, values=unknown)


def read_boxes(
    path: pathlib.Path, name: str, report: BuildReport
) -> dict[int, Box]:
    """Reads where the face is; a row with an empty cell says that none is.

    Args:
        path: The file.
        name: What messages call it.
        report: Is told of other columns.

    Returns:
        Frame number to `(x, y, width, height)` in pixels.

    Raises:
        ValueError: If a column is missing or a cell is infinite; see
            `read_frame_table` for more.
    """
    table = read_frame_table(path, name)
    if not set(_BOX) <= set(table.columns):
        raise ValueError(
            f"Expected the columns frame, {', '.join(_BOX)} in {name}. Found: "
            f"frame, {', '.join(table.columns)}. Add what is missing."
        )
    for other in sorted(set(table.columns) - set(_BOX)):
        report.note(f"the column {other} of the boxes is not used")
    order = [table.columns.index(each) for each in _BOX]
    table = dataclasses.replace(
        table, columns=_BOX, values=table.values[:, order]
    )
    table.refuse(np.isinf(table.values), "a finite number of pixels")
    rows = zip(table.frames.tolist(), table.values.tolist(), strict=True)
    return {frame: tuple(box) for frame, box in rows if not np.isnan(box).any()}
