"""Writes a training run's records: settings, versions, a row per epoch."""

import csv
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys

_PACKAGES = ("emoaff", "tensorflow", "keras", "tensorflow-datasets", "numpy")


def environment(seed: int) -> dict:
    """Returns versions, state of the code, command and seed, for the record.

    `git_commit` is that of the folder the command was given in, with
    `git_changes` saying whether files differ from it; both are `None` outside
    a repository.
    """
    return {
        "command": sys.argv,
        "seed": seed,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "git_commit": _run_git("rev-parse", "HEAD") or None,
        "git_changes": _has_changes(),
    }


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _has_changes():
    state = _run_git("status", "--porcelain", "--untracked-files=no")
    return None if state is None else bool(state)


def _run_git(*arguments):
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def write_json(path: str | os.PathLike, content: dict) -> None:
    """Writes JSON; an old file stays until the new one is whole."""
    path = pathlib.Path(path)
    half = path.with_name(f"{path.name}.unfinished")
    half.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    half.replace(path)


def write_history(path: str | os.PathLike, history: list[dict]) -> None:
    """Writes a CSV with a row per epoch; columns are all names that occur."""
    path = pathlib.Path(path)
    columns = list(dict.fromkeys(name for row in history for name in row))
    half = path.with_name(f"{path.name}.unfinished")
    with half.open("w", newline="") as file:
        rows = csv.DictWriter(file, columns)
        rows.writeheader()
        rows.writerows(history)
    half.replace(path)


class TensorBoard:
    """Writes measures for TensorBoard, where that is installed.

    Args:
        folder: Where the event files go.
    """

    def __init__(self, folder: str | os.PathLike):
        import tensorflow as tf

        try:
            import tensorboard  # noqa: F401
        except ImportError:
            self._writer = None
            return
        self._scalar = tf.summary.scalar
        self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, row: dict[str, float]) -> None:
        """Writes every measure of one epoch, `row["epoch"]`, 1-based."""
        if self._writer is None:
            return
        with self._writer.as_default():
            for name, value in row.items():
                if name != "epoch":
                    self._scalar(name, value, step=int(row["epoch"]))
        self._writer.flush()
