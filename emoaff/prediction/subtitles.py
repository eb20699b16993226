"""Results as subtitles, which any player shows over the video."""

import os

import pysubs2

from emoaff.prediction.result import Result
from emoaff.prediction.tables import renamed
from emoaff.prediction.tiers import collect_tiers

# Players take these for tags of style, and SubRip has no other way to write
# them; a person's name may hold them.
_NO_TAGS = str.maketrans("<>{}\\", "‹›()/")


def write_subtitles(path: str | os.PathLike, result: Result) -> None:
    """Writes SubRip subtitles: who shows what, a line for each person.

    No two subtitles are there at the same time, so that no player has to stack
    them. Their times are those of a player. Doubt is left out. What players
    would take for a tag in a name is written with other brackets.

    Args:
        path: The `.srt` file.
        result: Of a video.
    """
    tiers = collect_tiers(result, result.player_start_s)
    tiers = [tier for tier in tiers if not tier.is_doubt]
    file = pysubs2.SSAFile()
    for start, end, text in _merge(tiers):
        event = pysubs2.SSAEvent(start, end)
        event.plaintext = text
        file.append(event)
    with renamed(path) as half:
        half.write_text(file.to_string("srt"), "utf-8")


def _merge(tiers):
    """Intervals with all that is shown in them, none over another."""
    changes = {t for tier in tiers for i in tier.intervals for t in i[:2]}
    shown: dict[int, dict[int, str]] = {}
    for number, tier in enumerate(tiers):
        for start, end, text in tier.intervals:
            line = f"{tier.name}: {text}".translate(_NO_TAGS)
            shown.setdefault(start, {})[number] = line
            # What begins just here says more than what ends.
            shown.setdefault(end, {}).setdefault(number, "")
    now, merged, times = {}, [], sorted(changes)
    for start, end in zip(times, times[1:], strict=False):
        now = now | shown.get(start, {})
        text = "\n".join(now[n] for n in sorted(now) if now[n])
        if not text:
            continue
        if merged and merged[-1][1:] == (start, text):
            merged[-1] = (merged[-1][0], end, text)
        else:
            merged.append((start, end, text))
    return [(start, end, text) for start, end, text in merged]
