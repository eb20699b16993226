"""Reports of all results of a folder, and a page that compares them."""

import os
import pathlib
import urllib.parse
from collections.abc import Callable

from emoaff.prediction import report as one
from emoaff.prediction import tables
from emoaff.prediction.html_parts import choose_colours
from emoaff.prediction.html_parts import escape
from emoaff.prediction.html_parts import write_keys
from emoaff.prediction.html_parts import write_share_bar
from emoaff.prediction.result import Result
from emoaff.prediction.result_folder import read_own_header

INDEX = "index.html"


def write_reports(
    path: str | os.PathLike,
    out: str | os.PathLike | None = None,
    video: str | os.PathLike | None = None,
    overwrite: bool = False,
    on_error: Callable[[Exception], None] | None = None,
) -> list[pathlib.Path]:
    """Writes a page for each result of a folder, and one that compares them.

    Pages that `predict --report` wrote have pictures of faces, which take the
    video: they stay as they are if no video is given.

    Args:
        path: A result, see `write_report`, or a folder with results, also in
            folders inside it, for which the pages keep them.
        out: The page, or for a folder where the pages go; default: beside the
            results.
        video: The video, or for a folder the folder with the videos, found by
            the names that the results have of them.
        overwrite: See `write_report`.
        on_error: Called with the error of each result of a folder that gets
            no page; the others do. `None` raises the first.

    Returns:
        The pages; of a folder `index.html` comes first, if there are others.

    Raises:
        FileNotFoundError: If there is no such result, folder or video.
        ValueError: If a folder holds no result, or a page's name is taken.
    """
    path = pathlib.Path(path)
    if not path.is_dir():
        return [one.write_report(path, out, video, overwrite)]
    tables_of = [
        each
        for each in sorted(path.rglob("*.csv"))
        if read_own_header(each.with_suffix(".json")) is not None
    ]
    if not tables_of:
        raise ValueError(
            f"{path}: expected a folder with results of `emoaff predict`, "
            "tables with a header of the same name. Found none. Give the --out "
            "of a prediction."
        )
    if video is not None:
        video = pathlib.Path(video)
        if not video.is_dir():
            raise FileNotFoundError(
                f"{video}: expected a folder with the videos of the results. "
                "Check the path."
            )
    folder = pathlib.Path(out) if out else path
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / INDEX
    one.refuse_to_replace(index, overwrite)
    pages, lines, classes = [], [], {}
    for table in tables_of:
        try:
            result = Result.read(table)
            inner = table.parent.relative_to(path)
            page = _write_page(result, folder, inner, video, overwrite)
        except (OSError, ValueError) as error:
            if on_error is None:
                raise
            on_error(error)
            continue
        pages.append(page)
        lines += _list_lines(result, page.relative_to(folder))
        classes |= dict.fromkeys(result.classes)
    if not pages:
        return []
    # Known when all are read, so that a class has one colour in all rows.
    colours = choose_colours(classes)
    text = one.fill_page(
        "index.html",
        title=f"{len(pages)} recordings" if len(pages) > 1 else "1 recording",
        legend=write_keys(colours)
        + '<li><i class="unnamed"></i>none named</li>',
        rows="\n".join(_write_line(*line, colours) for line in lines),
    )
    with tables.renamed(index) as half:
        half.write_text(text, "utf-8", "backslashreplace")
    return [index, *pages]


def _write_page(result, folder, inner, video, overwrite):
    """Writes the page of one result of a folder, where it is not kept."""
    (folder / inner).mkdir(parents=True, exist_ok=True)
    page = folder / inner / f"{result.table.stem}.html"
    if page.parent == folder and page.name.lower() == INDEX:
        page = folder / f"{result.table.stem}_csv.html"
    found = _find_video(video, inner, result.name)
    if found is None and _is_of_predict(page, result):
        return page
    return one.write_report(result, page, found, overwrite)


def _is_of_predict(page, result):
    """Whether `predict --report` wrote a page, which has pictures of faces."""
    return page.is_file() and page.name in result.header.get("files", ())


def _find_video(folder, inner, name):
    if folder is None:
        return None
    for path in (folder / inner / name, folder / name):
        if path.is_file():
            return path
    return None


def _list_lines(result, page):
    """What the comparing table says: first cells and shares of each person."""
    link = urllib.parse.quote(page.as_posix())
    shown = (page.parent / result.name).as_posix()
    name = f'<a href="{link}">{escape(shown)}</a>'
    if not result.persons:
        yield f"<tr><td>{name}</td><td></td><td></td>", "no face"
    for person in result.persons:
        seen = "" if result.is_picture else f"{person.durations().sum():.1f} s"
        who = escape(result.name_person(person.person))
        yield (
            f'<tr><td>{name}</td><td><a href="{link}#person-{person.person}">'
            f"{who}</a></td><td>{seen}</td>",
            _find_shares(result, person) if result.classes else "",
        )
        name = ""


def _find_shares(result, person):
    """Shares of frames; of a picture, probabilities."""
    ranked = person.rank_probabilities() if result.is_picture else {}
    return ranked or person.shares()


def _write_line(cells, said, colours):
    """A row of the comparing table, with a bar of shares at its end."""
    bar = said if isinstance(said, str) else write_share_bar(said, colours)
    return f"{cells}<td>{bar}</td></tr>"
