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
    looked for at `Result.place`. Times are those of a player.

    Args:
        path: The `.eaf` file.
        result: Of a video.
    """
    document = pympi.Eaf(author="emoaff")
    document.adocument["DATE"] = (
        datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    )
    name = urllib.parse.quote(result.name)
    place = urllib.parse.quote(result.place)
    if not place.startswith("../"):
        place = f"./{place}"
    kind = mimetypes.guess_type(result.name)[0] or "application/octet-stream"
    document.add_linked_file(f"file:///{name}", relpath=place, mimetype=kind)
    document.remove_tier("default")
    for tier in collect_tiers(result, result.player_start_s):
        document.add_tier(tier.name)
        for start, end, text in tier.intervals:
            document.add_annotation(tier.name, start, end, text)
    with renamed(path) as half:
        pympi.Elan.to_eaf(pathlib.Path(half), document)
