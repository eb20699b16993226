"""Corpora as TFDS data sets: which there are, how to build and read them."""

import importlib
import inspect
import os
import pathlib
import pkgutil

import tensorflow_datasets as tfds

import tfds_builders
from emoaff import labels


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


def needs_files(name: str) -> bool:
    """Returns whether a corpus is built from files that the user has.

    A builder that draws its corpus says so by `NEEDS_NO_FILES = True`.

    Raises:
        ValueError: If there is no such corpus.
    """
    made = _builder_class(name.partition("/")[0])
    return not getattr(made, "NEEDS_NO_FILES", False)


def instructions(name: str) -> str:
    """Returns what a user's copy of a corpus must look like, as text.

    Raises:
        ValueError: If there is no such corpus.
    """
    made = _builder_class(name.partition("/")[0])
    return inspect.cleandoc(made.MANUAL_DOWNLOAD_INSTRUCTIONS)


def label_space(
    name: str, data_dir: str | os.PathLike
) -> labels.LabelSpace | None:
    """Returns what the class indices of a corpus mean.

    A builder says so by its class attribute `LABEL_SPACE`, a name of
    `emoaff.labels.names()`; or, where the classes are found while building,
    by the metadata `{"classes": [...]}` of the built corpus. Else it is the
    registered space of the corpus's own name.

    Args:
        name: See `builder`.
        data_dir: Where the corpus was built.

    Returns:
        The label space, or `None` if the corpus has no classes.

    Raises:
        ValueError: See `builder`.
    """
    made = builder(name, data_dir)
    corpus = name.partition("/")[0]
    registered = getattr(made, "LABEL_SPACE", None)
    if registered is None and corpus in labels.names():
        registered = corpus
    classes = (made.info.metadata or {}).get("classes")
    if registered is None and classes:
        return labels.LabelSpace(corpus, tuple(classes))
    return None if registered is None else labels.get(registered)


def splits(name: str, data_dir: str | os.PathLike) -> tuple[str, ...]:
    """Returns the splits of a built corpus; none if it is not built.

    Raises:
        ValueError: See `builder`.
    """
    return tuple(builder(name, data_dir).info.splits or ())


def prepare(
    name: str,
    manual_dir: str | os.PathLike | None,
    data_dir: str | os.PathLike,
    progress_bar: bool = True,
) -> tfds.core.DatasetBuilder:
    """Builds the TFRecords of one corpus from the user's own copy.

    A corpus that is already built in `data_dir` is left as it is.

    Args:
        name: See `builder`.
        manual_dir: Folder of the corpus as the user has it; `None` for a
            corpus that needs no files, see `needs_files`.
        data_dir: Where the TFRecords go.
        progress_bar: Whether TFDS shows its bars; not where a builder shows
            its own progress (class attribute `OWN_PROGRESS`).

    Returns:
        The builder; `builder.info.splits` holds the counts.

    Raises:
        FileNotFoundError: If `manual_dir` does not hold the corpus; the
            message says what it must hold.
        ValueError: See `builder`; or if the corpus needs a `manual_dir`.
    """
    if manual_dir is None:
        if needs_files(name):
            raise ValueError(
                f"{name} is built from files of yours. Received: "
                f"manual_dir=None. `emoaff corpora {name}` prints what the "
                "folder must hold."
            )
    elif not pathlib.Path(manual_dir).is_dir():
        raise FileNotFoundError(
            f"Expected a folder with the corpus. Received: {manual_dir}, "
            "which does not exist or is no folder."
        )
    elif not any(pathlib.Path(manual_dir).iterdir()):
        raise FileNotFoundError(
            f"Expected a folder with the corpus. Received: {manual_dir}, "
            f"which is empty. `emoaff corpora {name}` prints what it must hold."
        )
    made = builder(name, data_dir)
    bars = progress_bar and not getattr(made, "OWN_PROGRESS", False)
    switch = "enable" if bars else "disable"
    getattr(tfds, f"{switch}_progress_bar")()
    made.download_and_prepare(
        download_config=tfds.download.DownloadConfig(
            manual_dir=manual_dir and pathlib.Path(manual_dir).absolute()
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
    made = built(name, split, data_dir)
    return made.as_dataset(split=split, shuffle_files=False)


def built(
    name: str, split: str, data_dir: str | os.PathLike
) -> tfds.core.DatasetBuilder:
    """Returns the builder of a corpus that was built and has this split.

    Args:
        name: See `builder`.
        split: See `load`.
        data_dir: See `load`.

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
    return made
