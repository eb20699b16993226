"""Builds corpora from the files of a user, and looks at these before."""

import os
import pathlib
import tempfile

import tensorflow_datasets as tfds

from emoaff.corpora.beam_options import parse_beam_options
from emoaff.corpora.catalogue import list_splits
from emoaff.corpora.catalogue import make_builder
from emoaff.corpora.catalogue import needs_files

# What TFDS prints of downloads; here nothing is ever downloaded.
_UNTRUE = "_log_download_bytes", "_log_download_done"


def check(name: str, manual_dir: str | os.PathLike) -> str:
    """Looks at a user's copy of a corpus, and builds nothing.

    Args:
        name: See `make_builder`.
        manual_dir: Folder of the corpus as the user has it.

    Returns:
        A table of what would be built, what would be left out and why, and
        how it differs from what publications say.

    Raises:
        FileNotFoundError: If `manual_dir` does not hold the corpus.
        ValueError: See `make_builder`; or if the corpus needs no files, or
            cannot be looked at without being built.

    Example:
    >>> for line in check("video_folder", "my_clips").splitlines()[:4]:
    ...     print(line)
    video_folder/default
                       train  validation
    recordings             1           1
    subjects               1           1
    """
    _refuse_no_folder(name, manual_dir)
    with tempfile.TemporaryDirectory() as nowhere:
        made = make_builder(name, nowhere)
        if not hasattr(made, "check"):
            raise ValueError(
                f"{name} can only be built, not looked at first. Leave --check "
                "out."
            )
        return made.check(pathlib.Path(manual_dir).absolute())


def prepare(
    name: str,
    manual_dir: str | os.PathLike | None,
    data_dir: str | os.PathLike,
    progress_bar: bool = True,
    processes: int = 1,
    beam_options: str | None = None,
) -> tfds.core.DatasetBuilder:
    """Builds the TFRecords of one corpus from the user's own copy.

    A corpus that is already built in `data_dir` is left as it is.

    Args:
        name: See `make_builder`.
        manual_dir: Folder of the corpus as the user has it; `None` for a
            corpus that needs no files, see `needs_files`.
        data_dir: Where the TFRecords go.
        progress_bar: Whether TFDS shows its bars; not where a builder shows
            its own progress (class attribute `OWN_PROGRESS`).
        processes: How many processes cut faces.
        beam_options: Options of an Apache Beam pipeline that does the work
            instead, as on its command line, such as
            `"--runner=DirectRunner --direct_num_workers=2"`.

    Returns:
        The builder; `builder.info.splits` holds the counts.

    Raises:
        FileNotFoundError: If `manual_dir` does not hold the corpus; the
            message says what it must hold.
        ValueError: See `make_builder`; or if the corpus needs a `manual_dir`.
        ImportError: If Beam is asked for and not installed.

    Example:
    >>> made = prepare("synthetic_affect/tiny", None, "data")
    >>> made.info.splits["validation"].num_examples
    4
    """
    if manual_dir is None:
        if needs_files(name):
            raise ValueError(
                f"{name} is built from files of yours. Received: no "
                f"folder, --manual-dir. `emoaff corpora {name}` prints what "
                "it must hold."
            )
    else:
        _refuse_no_folder(name, manual_dir)
    made = make_builder(name, data_dir)
    bars = progress_bar and not getattr(made, "OWN_PROGRESS", False)
    switch = "enable" if bars else "disable"
    getattr(tfds, f"{switch}_progress_bar")()
    for line in _UNTRUE:
        setattr(made, line, lambda: None)
    made.processes = processes
    made.download_and_prepare(
        download_config=tfds.download.DownloadConfig(
            manual_dir=manual_dir and pathlib.Path(manual_dir).absolute(),
            beam_options=parse_beam_options(beam_options),
        )
    )
    return made


def draw_missing(name: str, data_dir: str | os.PathLike, report=print) -> None:
    """Builds a corpus that needs no files, if it is missing.

    A corpus that is there or is built from files of the user is left alone.

    Args:
        name: See `make_builder`.
        data_dir: Where the TFRecords go.
        report: Called with a line if the corpus is drawn.

    Raises:
        ValueError: See `make_builder`.

    Example:
    >>> draw_missing("synthetic_affect/tiny", "data")  # already there
    >>> list_splits("synthetic_affect/tiny", "data")
    ('train', 'validation', 'test')
    """
    if list_splits(name, data_dir) or needs_files(name):
        return
    report(f"{name} is not there yet; drawing it in {data_dir}")
    prepare(name, None, data_dir, progress_bar=False)


def _refuse_no_folder(name, manual_dir):
    if not pathlib.Path(manual_dir).is_dir():
        raise FileNotFoundError(
            f"Expected a folder with the corpus. Received: {manual_dir}, "
            "which does not exist or is no folder."
        )
    if not any(pathlib.Path(manual_dir).iterdir()):
        raise FileNotFoundError(
            f"Expected a folder with the corpus. Received: {manual_dir}, "
            f"which is empty. `emoaff corpora {name}` prints what it must hold "
            "and where to get it."
        )
