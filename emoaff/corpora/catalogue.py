"""Corpora as TFDS data sets: which there are, and how to read them."""

import contextlib
import dataclasses
import importlib
import importlib.util
import inspect
import logging
import os
import pkgutil

import tensorflow_datasets as tfds

from emoaff import labels
from emoaff.corpora import own_corpora
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.progress import describe_names

# Not imported: builders are found as plug-ins, so that this package knows none.
_BUILDERS = "tfds_builders"


def list_corpora() -> list[str]:
    """Returns the names of the corpora that have a builder, sorted.

    Example:
    >>> "recola" in list_corpora()
    True
    """
    spec = importlib.util.find_spec(_BUILDERS)
    places = spec.submodule_search_locations
    return sorted(module.name for module in pkgutil.iter_modules(places))


def find_name(name: str) -> str:
    """Returns the name of a corpus that is given by name or by path.

    A path is that of a builder's folder, `mine/my_corpus`, whose program is
    run; this process knows it from then on by its name, `my_corpus`. A folder
    in the working directory that is called like a corpus of emoaff is meant
    by `./recola` only.

    Args:
        name: See `make_builder`.

    Raises:
        ValueError: If what is in the folder cannot be used.

    Example:
    >>> find_name("recola/full")
    'recola/full'
    """
    if own_corpora.is_path(name, list_corpora()):
        return own_corpora.load_own_builder(name, list_corpora())
    return name


def make_builder(
    name: str, data_dir: str | os.PathLike
) -> tfds.core.DatasetBuilder:
    """Returns the builder of one corpus.

    Args:
        name: A name of `list_corpora()`, or `name/configuration`, with changed
            settings behind it if need be: `recola/avec+size=96+margin=0.5`.
            Or the path of a builder's folder in place of the name, see
            `find_name`; what was built by it is read by its name alone.
        data_dir: Where the built TFRecords are, or shall be.

    Raises:
        ValueError: If there is no such corpus, configuration or setting, or
            its value has another type.

    Example:
    >>> made = make_builder("recola/avec+size=96", "data")
    >>> made.builder_config.size
    96
    """
    name, *settings = find_name(name).split("+")
    corpus, _, config = name.partition("/")
    try:
        made = _builder_class(corpus)
    except _UnknownCorpusError:
        if own_corpora.is_built(corpus, data_dir):
            stored = "+".join([config, *sorted(settings)])
            return own_corpora.read_built(corpus, stored, data_dir)
        raise
    known = made.builder_configs
    if config and config not in known:
        raise ValueError(
            f"{corpus} has no configuration {config!r}. Expected one of: "
            f"{', '.join(known)}."
        )
    if not settings:
        return made(data_dir=data_dir, config=config or None)
    first = next(iter(known.values()), None)
    own = _change_config(corpus, known.get(config, first), settings)
    with _expecting_own_configuration():
        return made(data_dir=data_dir, config=own)


@contextlib.contextmanager
def _expecting_own_configuration():
    """Silences TFDS's warning of a configuration that is meant."""
    logger = logging.getLogger("absl")

    def keep(record):
        return not str(record.msg).startswith("Using custom data config")

    logger.addFilter(keep)
    try:
        yield
    finally:
        logger.removeFilter(keep)


def _change_config(corpus, config, settings):
    """A configuration with some settings changed, named by them."""
    ignored = {
        field.name for field in dataclasses.fields(tfds.core.BuilderConfig)
    }
    fields = {
        field.name: field
        for field in (dataclasses.fields(config) if config else ())
        if field.name not in ignored
    }
    changed = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        if name not in fields:
            raise ValueError(
                f"{corpus} has no setting {name!r}. Expected one of: "
                f"{', '.join(fields) or 'none, it has no settings'}."
            )
        changed[name] = _parse_setting(name, text, getattr(config, name))
    return dataclasses.replace(
        config, name="+".join([config.name, *sorted(settings)]), **changed
    )


def _parse_setting(name, text, old):
    """The value that a text means for a setting that was `old`."""
    if isinstance(old, str):
        return text
    words = {"true": True, "false": False, "none": None}
    try:
        value = words.get(text.lower(), text)
        if isinstance(old, bool) or value is None:
            if isinstance(value, str):
                raise ValueError
            return value
        return int(text) if isinstance(old, int) else float(text)
    except ValueError:
        raise ValueError(
            f"Expected {name} to be like {old!r}. Received: {name}={text!r}."
        ) from None


class _UnknownCorpusError(ValueError):
    """There is no builder of that name at hand."""


def _corpus_of(name):
    return find_name(name).partition("+")[0].partition("/")[0]


def _builder_class(name):
    corpus = _corpus_of(name)
    if corpus in own_corpora.OWN_BUILDERS:
        return own_corpora.OWN_BUILDERS[corpus]
    if corpus not in list_corpora():
        raise _UnknownCorpusError(
            f"No corpus {corpus!r}."
            + describe_names(
                corpus,
                list_corpora(),
                "emoaff corpora",
                "the path of a builder's folder",
            )
        )
    return importlib.import_module(f"{_BUILDERS}.{corpus}").Builder


def needs_files(name: str) -> bool:
    """Returns whether a corpus is built from files that the user has.

    A builder that draws its corpus says so by `NEEDS_NO_FILES = True`.

    Raises:
        ValueError: If there is no such corpus.

    Example:
    >>> needs_files("recola"), needs_files("synthetic_affect")
    (True, False)
    """
    made = _builder_class(name)
    return not getattr(made, "NEEDS_NO_FILES", False)


def describe_corpus(name: str) -> str:
    """Returns what a user's copy of a corpus must look like, as text.

    Raises:
        ValueError: If there is no such corpus.

    Example:
    >>> print(describe_corpus("recola").splitlines()[0])
    RECOLA: spontaneous affect in video calls, in French.
    """
    made = _builder_class(name)
    text = inspect.cleandoc(made.MANUAL_DOWNLOAD_INSTRUCTIONS)
    configs = "\n".join(
        f"  {config.name}: {config.description}"
        for config in made.builder_configs.values()
    )
    if configs:
        text += f"\n\nConfigurations:\n\n{configs}"
    found = get_about(name)
    if found is None:
        return text
    return (
        f"{found.title}\n\nLicence: {found.licence}\nWhere: "
        f"{found.homepage}\n{found.how_to_get}\n\n{text}"
    )


def get_about(name: str) -> CorpusAbout | None:
    """Returns licence and source of a corpus; None if it needs neither.

    Raises:
        ValueError: If there is no such corpus.

    Example:
    >>> get_about("synthetic_affect").licence
    'MIT, like emoaff; no real face is in it.'
    """
    return getattr(_builder_class(name), "ABOUT", None)


def find_label_space(
    name: str, data_dir: str | os.PathLike
) -> labels.LabelSpace | None:
    """Returns what the class indices of a corpus mean.

    A builder says so by its attribute `LABEL_SPACE`, a name of
    `emoaff.labels.list_label_spaces()`, or `""` for a corpus without classes;
    or, where the classes are found while building, by the metadata
    `{"classes": [...]}` of the built corpus. Else it is the registered space of
    the corpus's own name.

    Args:
        name: See `make_builder`.
        data_dir: Where the corpus was built.

    Returns:
        The label space, or `None` if the corpus has no classes.

    Raises:
        ValueError: See `make_builder`.

    Example:
    >>> find_label_space("synthetic_affect/tiny", "data").classes[:3]
    ('neutral', 'happiness', 'sadness')
    """
    made = make_builder(name, data_dir)
    corpus = _corpus_of(name)
    stored = made.info.metadata or {}
    registered = getattr(made, "LABEL_SPACE", stored.get("label_space"))
    if registered is None and corpus in labels.list_label_spaces():
        registered = corpus
    classes = stored.get("classes")
    if registered is None and classes:
        return labels.LabelSpace(corpus, tuple(classes))
    return labels.get(registered) if registered else None


def list_splits(name: str, data_dir: str | os.PathLike) -> tuple[str, ...]:
    """Returns the splits of a built corpus; none if it is not built.

    Raises:
        ValueError: See `make_builder`.

    Example:
    >>> list_splits("synthetic_affect/tiny", "data")
    ('train', 'validation', 'test')
    """
    return tuple(make_builder(name, data_dir).info.splits or ())


def load(name: str, split: str, data_dir: str | os.PathLike):
    """Reads one split of a built corpus, in the order of its TFRecords.

    Args:
        name: See `make_builder`.
        split: A TFDS split such as `"train"` or `"validation[:100]"`.
        data_dir: Where `prepare` put the TFRecords.

    Returns:
        A `tf.data.Dataset` of examples in the house form: a dict of features
        as the builder documents them.

    Raises:
        FileNotFoundError: If the corpus has not been built there.
        ValueError: If there is no such corpus or split.

    Example:
    >>> examples = load("synthetic_affect/tiny", "train[:1]", "data")
    >>> (example,) = examples.as_numpy_iterator()
    >>> example["frames"]["image"].shape
    (64, 64, 64, 3)
    """
    made = require_built(name, split, data_dir)
    return made.as_dataset(split=split, shuffle_files=False)


def require_built(
    name: str, split: str, data_dir: str | os.PathLike
) -> tfds.core.DatasetBuilder:
    """Returns the builder of a corpus that was built and has this split.

    Args:
        name: See `make_builder`.
        split: See `load`.
        data_dir: See `load`.

    Raises:
        FileNotFoundError: If the corpus has not been built there.
        ValueError: If there is no such corpus or split.

    Example:
    >>> made = require_built("synthetic_affect/tiny", "train", "data")
    >>> made.info.splits["train"].num_examples
    9
    """
    made = make_builder(name, data_dir)
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
