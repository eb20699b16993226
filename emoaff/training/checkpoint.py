"""A training run's state in one file that is whole or not there."""

import json
import os
import pathlib

import numpy as np

_META = "meta"


def save(path: str | os.PathLike, variables, meta: dict) -> None:
    """Writes variables and facts; an old file stays until the new is whole.

    Args:
        path: The file, `.npz`.
        variables: Keras variables or arrays.
        meta: JSON-serialisable facts, NaN allowed.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"v{i}": np.asarray(v) for i, v in enumerate(variables)}
    arrays[_META] = np.array(json.dumps(meta))
    half = path.with_name(f"{path.name}.unfinished")
    with half.open("wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def meta(path: str | os.PathLike) -> dict:
    """Reads the facts of a checkpoint, without its variables."""
    with np.load(path) as stored:
        return json.loads(str(stored[_META]))


def restore_checkpoint(
    path: str | os.PathLike, variables, exactly: bool = True
) -> None:
    """Sets variables to what a checkpoint holds.

    Args:
        path: A file of `save`.
        variables: Keras variables, of the same shapes and order.
        exactly: Whether the checkpoint holds these variables and no others;
            else it may hold more after them.

    Raises:
        ValueError: If they are other variables than those saved.
    """
    with np.load(path) as stored:
        arrays = [stored[f"v{i}"] for i in range(len(stored.files) - 1)]
    have = [tuple(v.shape) for v in variables]
    if not exactly:
        arrays = arrays[: len(have)]
    if have != [a.shape for a in arrays]:
        raise ValueError(
            f"Expected in {path} the {len(have)} variables of this model and "
            f"optimizer. Found {len(arrays)} of other shapes: the run was "
            "begun with other code or settings. Begin a new one."
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
