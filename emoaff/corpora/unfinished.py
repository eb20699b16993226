"""Finds and removes what interrupted builds have left behind."""

import pathlib
import shutil


def has_leftovers(work: pathlib.Path, home: pathlib.Path) -> bool:
    """Whether a build of a corpus has left something behind.

    Args:
        work: Folder of its crops.
        home: Folder of its TFRecords once they are written.
    """
    return work.exists() or bool(_find_unwritten(home))


def remove(work: pathlib.Path, home: pathlib.Path) -> None:
    """Removes all that is left behind."""
    shutil.rmtree(work, ignore_errors=True)
    remove_unwritten(home)


def remove_unwritten(home: pathlib.Path) -> None:
    """Removes TFRecords that were not written to the end."""
    for folder in _find_unwritten(home):
        shutil.rmtree(folder, ignore_errors=True)


def remove_empty(work: pathlib.Path) -> None:
    """Removes the folder of crops and those above it, if they are empty."""
    for folder in (work, work.parent, work.parents[1]):
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return


def _find_unwritten(home):
    # TFDS's own name for the folder that it renames at the end.
    return list(home.parent.glob(f"incomplete.??????_{home.name}"))
