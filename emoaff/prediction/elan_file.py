"""Results as a document of ELAN, the annotation tool."""

import datetime
import mimetypes
import os
import pathlib
import urllib.parse

import pympi

from emoaff.prediction.result import Result
from emoaff.prediction.tables import renamed
from emoaff.prediction.tiers import collect_tiers


def write_elan(path: str | os.PathLike, result: Result) -> None:
    """Writes an ELAN document (EAF 2.8, which all ELAN since 4.7 opens).

    Two tiers for each person, see `collect_tiers`, over the video, which is
    looked for beside the document by its name alone.

    Args:
        path: The `.eaf` file.
        result: Of a video.
    """
    document = pympi.Eaf(author="emoaff")
    document.adocument["DATE"] = (
        datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    )
    address = urllib.parse.quote(result.name)
    kind = mimetypes.guess_type(result.name)[0] or "application/octet-stream"
    document.add_linked_file(
        f"file:///{address}", relpath=f"./{address}", mimetype=kind
    )
    document.remove_tier("default")
    for tier in collect_tiers(result):
        document.add_tier(tier.name)
        for start, end, text in tier.intervals:
            document.add_annotation(tier.name, start, end, text)
    with renamed(path) as half:
        pympi.Elan.to_eaf(pathlib.Path(half), document)
