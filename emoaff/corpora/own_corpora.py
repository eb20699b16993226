"""Corpora whose builder is a folder of the user's own, found by its path.

What is public here:

    is_path(name, known) -> bool
    load_own_builder(name, known) -> str
    is_built(corpus, data_dir) -> bool
    read_built(corpus, config, data_dir) -> builder
    OWN_BUILDERS: dict of name to class, of this process
"""

import importlib
import os
import pathlib
import re
import sys

import tensorflow_datasets as tfds

OWN_BUILDERS: dict[str, type] = {}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def is_path(name: str, known: list[str]) -> bool:
    """Returns whether the name of a corpus is the path of its builder.

    Args:
        name: With a configuration and settings behind it, or without.
        known: Names that are no paths, even where a folder is called so.
    """
    head = re.split(r"[/+]", name, maxsplit=1)[0]
    return head not in known and _split(name) is not None


def load_own_builder(name: str, known: list[str]) -> str:
    """Loads a builder from its folder, which is a program that is run.

    Args:
        name: Path of the folder `NAME` with `NAME_dataset_builder.py` in it,
            with a configuration and settings behind it, or without:
            `mine/my_corpus/whole+size=96`.
        known: Names that it must not have.

    Returns:
        The name without the path, `my_corpus/whole+size=96`.

    Raises:
        ValueError: If the folder's name cannot be a corpus's, or what is in it
            cannot be run or has no class `Builder` of a TFDS corpus.
    """
    folder, rest = _split(name)
    corpus = folder.name
    if not _NAME.fullmatch(corpus) or corpus in known:
        raise ValueError(
            "Expected a folder whose name is in small letters, digits and _ "
            f"and that of no other corpus. Received: {folder}. Rename the "
            f"folder and {corpus}_dataset_builder.py in it."
        )
    OWN_BUILDERS[corpus] = _import_builder(folder)
    return corpus + rest


def is_built(corpus: str, data_dir: str | os.PathLike) -> bool:
    """Returns whether a folder of data holds anything of a corpus."""
    return bool(corpus) and (pathlib.Path(data_dir) / corpus).is_dir()


def read_built(
    corpus: str, config: str, data_dir: str | os.PathLike
) -> tfds.core.DatasetBuilder:
    """Returns the records of a corpus whose builder is not at hand.

    Args:
        corpus: Its name.
        config: Its configuration; empty for the first.
        data_dir: Where it was built.

    Raises:
        ValueError: If it was not built there.
    """
    try:
        return tfds.core.read_only_builder.builder_from_files(
            corpus, config=config or None, data_dir=data_dir
        )
    except tfds.core.registered.DatasetNotFoundError:
        raise ValueError(
            f"Expected {f'{corpus}/{config}'.strip('/')} built in {data_dir}, "
            "and found nothing. Build it with: emoaff prepare "
            f"path/to/{corpus} --manual-dir DIR --data-dir {data_dir}"
        ) from None


def _split(name):
    """The folder of a builder, and what stands behind it; None if none is."""
    path, plus, settings = name.partition("+")
    folder = pathlib.Path(path).expanduser()
    for place, rest in ((folder, ""), (folder.parent, f"/{folder.name}")):
        place = pathlib.Path(os.path.abspath(place))
        if (place / f"{place.name}_dataset_builder.py").is_file():
            return place, rest + plus + settings
    return None


def _import_builder(folder):
    module = f"{folder.name}.{folder.name}_dataset_builder"
    file = folder / f"{folder.name}_dataset_builder.py"
    # At the end, so that it hides nothing; processes that cut faces get it too.
    if str(folder.parent) not in sys.path:
        sys.path.append(str(folder.parent))
    importlib.invalidate_caches()
    try:
        found = importlib.import_module(module)
        made = found.Builder
        there = pathlib.Path(found.__file__).resolve()
    except Exception as error:
        raise ValueError(
            f"Expected {file} to hold a class Builder. It stops with "
            f"{type(error).__name__}: {error}. Mend the file."
        ) from error
    if there != file.resolve():
        raise ValueError(
            f"Expected a folder with a name that no Python package has. "
            f"Received: {folder}, and {folder.name} is also {there.parent}. "
            "Rename the folder and its builder."
        )
    if not getattr(made, "name", None) == folder.name:
        raise ValueError(
            f"Expected the class Builder of {file} to be a corpus of TFDS, "
            "such as emoaff.corpora.recording_corpus.RecordingCorpus. "
            f"Received: {made!r}. Derive it from that."
        )
    return made
