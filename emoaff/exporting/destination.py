"""Where an export goes: what a file is called, and whether it can be there."""

import contextlib
import pathlib
from collections.abc import Iterator

from emoaff.presets.whole_folder import open_hidden

TARGETS = {"savedmodel": "", "onnx": ".onnx", "litert": ".tflite"}


def find_target(out: pathlib.Path, to: str | None) -> str:
    """Returns the target that `to`, or else the suffix of `out`, names.

    Raises:
        ValueError: If there is no such target, or the suffix is another's.
    """
    to = "litert" if to == "tflite" else to  # as it was called before
    by_suffix = {suffix: target for target, suffix in TARGETS.items()}
    if to is None:
        to = by_suffix.get(out.suffix)
    if to not in TARGETS:
        raise ValueError(
            f"Expected a target, one of {', '.join(TARGETS)}, or a file name "
            f"that ends in .onnx or .tflite. Received: to={to!r}, "
            f"out={str(out)!r}."
        )
    if out.suffix != TARGETS[to] and (
        to != "savedmodel" or out.suffix in by_suffix
    ):
        raise ValueError(
            f"Expected a {to} file to end in {TARGETS[to] or 'no suffix'}. "
            f"Received: out={str(out)!r}."
        )
    return to


@contextlib.contextmanager
def open_destination(out: pathlib.Path, to: str) -> Iterator[pathlib.Path]:
    """Gives the place to write to, once it is sure that this can be done.

    It is hidden beside `out` and goes with the block; two exports to one
    place have one each. `put_in_place` gives it its name.

    Args:
        out: Where the export is to be.
        to: Its target, see `find_target`.

    Yields:
        A name that is free, with the suffix of `out`.

    Raises:
        ValueError: If it cannot, or something else is at `out`.
    """
    with contextlib.ExitStack() as stack:
        try:
            if out.is_dir() and not (
                to == "savedmodel" and (out / "saved_model.pb").is_file()
            ):
                raise FileExistsError(
                    17, "a folder that is no SavedModel is there"
                )
            if out.is_file() and to == "savedmodel":
                raise FileExistsError(17, "a file is there")
            hidden = stack.enter_context(open_hidden(out))
        except OSError as error:
            raise ValueError(
                f"Expected a place to write the export to. Received: {out} "
                f"({error.strerror}). Choose another with --out."
            ) from error
        yield hidden / out.name


def measure_size(path: pathlib.Path) -> int:
    """Returns the bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())
