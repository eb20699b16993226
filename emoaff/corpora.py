"""Corpora as TFDS data sets: which there are, how to build and read them."""

import importlib
import inspect
import os
import pathlib
import pkgutil

import tensorflow_datasets as tfds

import tfds_builders


def names() -> list[str]:
    """Returns the names of the corpora that have a builder, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(tfds_builders.__path__))


def builder(name: str, data_dir: str | os.PathLike) -> tfds.core.DatasetBuilder:
    """Returns the builder of one corpus.

    Args:
        name: A name of `names()`, or `name/configuration`.
        data_dir: Where the built TFRecords are, or shall be.

    Raises:
        ValueError: If there is no such corpus or configuration.
    """
    corpus, _, config = name.partition("/")
    made = _builder_class(corpus)
    known = made.builder_configs
    if config and config not in known:
        raise ValueError(
            f"{corpus} has no configuration {config!r}. Expected one of: "
            f"{', '.join(known)}."
        )
    return made(data_dir=data_dir, config=config or None)


def _builder_class(corpus):
    if corpus not in names():
        raise ValueError(
            f"No corpus {corpus!r}. Expected one of: {', '.join(names())}."
        )
    return importlib.import_module(f"tfds_builders.{corpus}").Builder


def instructions(name: str) -> str:
    """Returns what a user's copy of a corpus must look like, as text.

    Raises:
        ValueError: If there is no such corpus.
    """
    made = _builder_class(name.partition("/")[0])
    return inspect.cleandoc(made.MANUAL_DOWNLOAD_INSTRUCTIONS)


def prepare(
    name: str,
    manual_dir: str | os.PathLike,
    data_dir: str | os.PathLike,
    progress_bar: bool = True,
) -> tfds.core.DatasetBuilder:
    """Builds the TFRecords of one corpus from the user's own copy.

    A corpus that is already built in `data_dir` is left as it is.

    Args:
        name: See `builder`.
        manual_dir: Folder of the corpus as the user has it.
        data_dir: Where the TFRecords go.
        progress_bar: Whether TFDS shows its bars.

    Returns:
        The builder; `builder.info.splits` holds the counts.

    Raises:
        FileNotFoundError: If `manual_dir` does not hold the corpus; the
            message says what it must hold.
        ValueError: See `builder`.
    """
    manual_dir = pathlib.Path(manual_dir)
    if not manual_dir.is_dir():
        raise FileNotFoundError(
            f"Expected a folder with the corpus. Received: {manual_dir}, "
            "which does not exist or is no folder."
        )
    made = builder(name, data_dir)
    switch = "enable" if progress_bar else "disable"
    getattr(tfds, f"{switch}_progress_bar")()
    made.download_and_prepare(
        download_config=tfds.download.DownloadConfig(
            manual_dir=manual_dir.absolute()
        )
    )
    return made


def load(name: str, split: str, data_dir: str | os.PathLike):
    """Reads one split of a built corpus, in the order of its TFRecords.

    Args:
        name: See `builder`.
        split: A TFDS split such as `"train"` or `"validation[:100]"`.
        data_dir: Where `prepare` put the TFRecords.

    Returns:
        A `tf.data.Dataset` of examples in the house form: a dict of features
        as the builder documents them.

    Raises:
        FileNotFoundError: If the corpus has not been built there.
        ValueError: If there is no such corpus or split.
    """
    made = builder(name, data_dir)
    if not made.info.splits:
        raise FileNotFoundError(
            f"Expected {name} built in {data_dir}, and found nothing. Build it "
            f"with: emoaff prepare {name} --manual-dir DIR --data-dir "
            f"{data_dir}"
        )
    if split.partition("[")[0] not in made.info.splits:
        raise ValueError(
            f"{name} has no split {split!r}. Expected one of: "
            f"{', '.join(made.info.splits)}."
        )
    return made.as_dataset(split=split, shuffle_files=False)
