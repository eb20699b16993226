"""Runs parsers on damaged files, and tells what is no error of ours."""

import dataclasses
import faulthandler
import pathlib
import random
import sys
import time
import warnings
from collections.abc import Iterator

from tests.fuzzing.target import Target

_HANGS_S = 300.0
_SLOW_S = 20.0  # for a file of a few hundred bytes, also on a busy machine


@dataclasses.dataclass(frozen=True)
class Finding:
    """A damaged file that ended otherwise than it should.

    Args:
        target: Whose file.
        seed: What damages it again, see `damage`.
        what: What happened.
    """

    target: str
    seed: str
    what: str


def fuzz(
    target: Target, numbers: range, folder: pathlib.Path
) -> Iterator[Finding]:
    """Reads damaged files, and yields those that ended in a foreign error.

    Args:
        target: The parser.
        numbers: Which damaged files.
        folder: An empty folder to write them to.
    """
    path = folder / target.file
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, data in target.beside.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    for number in numbers:
        seed = f"{target.name} {number}"
        path.write_bytes(damage(target, seed))
        began = time.monotonic()
        # C code that never ends cannot be stopped otherwise.
        faulthandler.dump_traceback_later(
            _HANGS_S, exit=True, file=sys.__stderr__
        )
        what = read_once(target, path)
        faulthandler.cancel_dump_traceback_later()
        if time.monotonic() - began > _SLOW_S:
            what = f"took {time.monotonic() - began:.0f} s"
        if what:
            yield Finding(target.name, seed, what)


def damage(target: Target, seed: str) -> bytes:
    """Returns a file of the target, damaged the same way for each seed."""
    rng = random.Random(seed)
    return rng.choice(target.mutate)(rng.choice(target.seeds), rng)


def read_once(target: Target, path: pathlib.Path) -> str:
    """Reads a file; says what happened if that is no error of ours."""
    try:
        with warnings.catch_warnings():
            # A number that does not fit is no number.
            for kind in (RuntimeWarning, UserWarning):
                warnings.filterwarnings("error", category=kind)
            target.read(path)
    except Exception as error:
        if not is_sentence(error):
            return f"{type(error).__name__}: {str(error)[:200]}"
    return ""


def is_sentence(error: Exception) -> bool:
    """Whether an error is one that this package raises for its users."""
    mine = type(error) in (ValueError, FileNotFoundError)
    return mine and str(error).rstrip().endswith(".")
