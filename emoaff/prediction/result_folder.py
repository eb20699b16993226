"""The folder of results, in which nobody else's file is ever lost."""

import contextlib
import hashlib
import itertools
import json
import os
import pathlib
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator

from emoaff.prediction import tables
from emoaff.prediction.drawing import is_drawn
from emoaff.presets.whole_folder import hold_folder
from emoaff.presets.whole_folder import remove_unheld

_NAME_BYTES = 200  # leaves room for `_annotated.mp4` in the usual 255
_SEEN_TO_BE_OURS = (".mp4", ".jpg", ".html")  # by what is in them
_BLOCK_BYTES = 1 << 20  # read at once
_STAGE, _PART = ".emoaff-", ".part"
_NAMES = 100  # names among which a finished result is looked for
_HEADER_BYTES = 10_000_000  # a larger file is no header of ours
PAGE_MARK = '<meta name="generator" content="emoaff report">'


class ResultFolder:
    """Writes the results of a call into a folder.

    A result is a header, `<name>.json`, and the files that it lists. They are
    made in a hidden folder of their own and moved to their names at the end,
    the header last: a result is finished when its header is there. Several
    runs may write into the same folder at once; what one that was killed left
    of its hidden folder is removed by the next.

    Nothing is replaced but results of the same file. A name counts as taken,
    and the next one is used (`clip_2`), where one of the files would be an
    input of this call, a file that this program did not write, or a result of
    another file.

    Args:
        path: Made if missing.
        inputs: Files that no result may replace, whatever happens.
        overwrite: Whether files that this program did not write, and results
            of other files, may be replaced.

    Raises:
        ValueError: If the folder cannot be written to.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        inputs: Iterable[str | os.PathLike] = (),
        overwrite: bool = False,
    ):
        self.path = pathlib.Path(path)
        self._overwrite = overwrite
        self._inputs = {_identify(each) for each in inputs} - {None}
        self._given: set[str] = set()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise ValueError(
                f"Expected a folder to write the results to. Received: {path} "
                f"({error.strerror}). Choose another with --out."
            ) from error
        self._sweep()

    def open_inner(self, name: str) -> "ResultFolder":
        """Opens a folder inside this one, to which the same holds.

        Args:
            name: Its path from here; made if missing.

        Raises:
            ValueError: If it cannot be written to.
        """
        inner = ResultFolder(self.path / name, (), self._overwrite)
        inner._inputs = self._inputs
        return inner

    def find_finished(
        self, stem: str, source: pathlib.Path, request: str
    ) -> tuple[pathlib.Path, dict] | None:
        """Finds the finished result of a file, if it is what is asked for.

        Args:
            stem: The name, if it was not taken.
            source: What the result is of.
            request: The header's `request`; see `identify_request`.

        Returns:
            The first of its files, and its header.
        """
        source_id = identify_source(source)
        for number in range(1, _NAMES):
            name = stem if number == 1 else f"{stem}_{number}"
            header = read_own_header(self.path / f"{name}.json")
            if header and header.get("source_id") == source_id:
                break
        else:
            return None
        if header.get("request") != request or not header.get("files"):
            return None
        # The header has names as text, which not all names are.
        shown = tables.describe_name(name)
        endings = [each.removeprefix(shown) for each in header["files"]]
        files = [self.path / f"{name}{ending}" for ending in endings]
        if not all(file.is_file() for file in files):
            return None
        return files[0], header

    @contextlib.contextmanager
    def stage(self) -> Iterator[pathlib.Path]:
        """Makes a new folder to make files in; it is gone after the block."""
        with contextlib.ExitStack() as stack:
            with self._lock():
                folder = tempfile.TemporaryDirectory(
                    prefix=_STAGE, suffix=_PART, dir=self.path
                )
                stack.enter_context(folder)
                stack.enter_context(hold_folder(folder.name))
            yield pathlib.Path(folder.name)

    def _sweep(self):
        """Removes what was left of stages by processes that were killed."""
        with self._lock():
            for folder in self.path.glob(f"{_STAGE}*{_PART}"):
                remove_unheld(folder)

    def foresee_name(
        self, endings: Iterable[str], stem: str, source: pathlib.Path
    ) -> str:
        """Returns the stem that `publish` will give, if no other run takes it.

        Args:
            endings: Of the names of all files but the header.
            stem: See `publish`.
            source: See `publish`.
        """
        source_id = identify_source(source)
        return self._choose_name(stem, source_id, [*endings, ".json"])

    def publish(
        self,
        files: dict[str, pathlib.Path],
        header: dict,
        stem: str,
        source: pathlib.Path,
    ) -> list[pathlib.Path]:
        """Moves finished files to their names.

        Args:
            files: Ending of a name, such as `.csv`, to the file; in a folder
                of `stage`.
            header: Written as JSON, with `files` and `source_id`.
            stem: The name, if it is not taken.
            source: What the result is of.

        Returns:
            The files, in the order given, without the header.
        """
        source_id = identify_source(source)
        with self._lock():
            name = self._choose_name(stem, source_id, [*files, ".json"])
            places = [self.path / f"{name}{ending}" for ending in files]
            header = {
                **header,
                "source_id": source_id,
                "files": [tables.describe_name(place) for place in places],
                # Tells a file from one that somebody went on working on.
                "sha256": {
                    tables.describe_name(place): _compute_sha256(file)
                    for file, place in zip(files.values(), places, strict=True)
                    if place.suffix not in _SEEN_TO_BE_OURS
                },
            }
            made = next(iter(files.values())).with_name(f"{name}.json")
            tables.write_header(made, header)
            last = self.path / f"{name}.json"
            # A kill from here on leaves a result that is not finished.
            last.unlink(missing_ok=True)
            for file, place in zip(files.values(), places, strict=True):
                os.replace(file, place)
            os.replace(made, last)
        self._given.add(name.lower())
        return places

    def _choose_name(self, stem, source_id, endings):
        for number in itertools.count(1):
            name = stem if number == 1 else f"{stem}_{number}"
            if name.lower() in self._given:
                continue
            places = [self.path / f"{name}{ending}" for ending in endings]
            if self._may_write(places, source_id):
                return name

    def _may_write(self, places, source_id):
        there = [place for place in places if os.path.lexists(place)]
        if any(_identify(place) in self._inputs for place in there):
            return False
        if self._overwrite:
            return not any(place.is_dir() for place in there)
        header = read_own_header(places[-1])
        if header and header.get("source_id", source_id) != source_id:
            return False
        return all(is_own_file(place, header) for place in there)

    @contextlib.contextmanager
    def _lock(self):
        """Keeps other runs from choosing names in this folder."""
        with hold_folder(self.path, wait=True):
            yield


def shorten_stem(stem: str) -> str:
    """Cuts a name that leaves no room for what results add to it."""
    data = os.fsencode(stem)
    if len(data) <= _NAME_BYTES:
        return stem
    # A character that was cut in two is left out.
    return data[:_NAME_BYTES].decode("utf-8", "ignore")


def identify_source(path: pathlib.Path) -> str:
    """Returns 16 digits for a file's place, which do not tell the place."""
    place = os.fsencode(os.path.realpath(path))
    return hashlib.sha256(place).hexdigest()[:16]


def is_own_file(path: pathlib.Path, header: dict | None) -> bool:
    """Returns whether this program wrote a file of a result.

    Args:
        path: A table of any format, a header, a page, or an annotated video
            or picture. One that was changed since is not the program's.
        header: The one beside it, from `read_own_header`.
    """
    if not path.is_file():
        return False
    if path.suffix == ".json":
        return header is not None
    if path.suffix == ".html":
        return is_own_page(path)
    name, header = tables.describe_name(path), header or {}
    if name in (header.get("sha256") or {}):
        # Formats of others say nothing of us; the header must.
        return header["sha256"][name] == _compute_sha256(path)
    if path.suffix == ".csv":
        names = tables.read_columns(path)
        if tables.is_result(names):
            return True
        return name in header.get("files", ()) and names[:1] == ("frame",)
    return path.suffix in _SEEN_TO_BE_OURS and is_drawn(path)


def _compute_sha256(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_BLOCK_BYTES):
            digest.update(data)
    return digest.hexdigest()


def is_own_page(path: str | os.PathLike) -> bool:
    """Returns whether a file is a page of `emoaff.prediction.report`."""
    try:
        with pathlib.Path(path).open("rb") as file:
            return PAGE_MARK.encode() in file.read(500)
    except OSError:
        return False


def read_own_header(path: pathlib.Path) -> dict | None:
    """Reads a header that this program wrote; `None` for anything else."""
    try:
        if not path.is_file() or path.stat().st_size > _HEADER_BYTES:
            return None
        header = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(
        header.get("versions"), dict
    ):
        return None
    known = {"source", "model", "options", "columns"} <= header.keys()
    return header if known and "emoaff" in header["versions"] else None


def _identify(path):
    """Returns what tells a file from all others, whatever it is called."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
