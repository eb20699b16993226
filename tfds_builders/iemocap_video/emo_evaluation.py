"""Reading the utterances of a dialog from its emotion evaluation."""

import math
import pathlib
import re

from emoaff.corpora.build_report import BuildReport
from tfds_builders.iemocap_video.utterance import Utterance

# [start - end] <tab> name <tab> code <tab> [valence, activation, dominance]
_LINE = re.compile(
    r"\[\s*([\d.]+)\s*-\s*([\d.]+)\s*\]\s+(\S+)\s+(\S+)\s+\[([^\]]*)\]"
)
_NAME = re.compile(r"(Ses\d\d([FM])_\w+)_([FM])\d\w*")
_LOW, _HIGH = 1.0, 5.0


def read(path: pathlib.Path, file: str, report: BuildReport) -> list[Utterance]:
    """Reads the summary lines of a file `EmoEvaluation/<dialog>.txt`.

    These are the lines that begin with a bracket; the lines of the single
    evaluators and the header are passed over.

    Args:
        path: The file, in Latin-1.
        file: What to call it in the report.
        report: Is told of lines that cannot be used.

    Returns:
        Utterances in the order of the file. A valence or arousal that is no
        number in [1, 5] is NaN.
    """
    text = path.read_bytes().decode("latin-1")
    found = []
    # Not `splitlines`, which breaks lines at some letters of Latin-1 too.
    for number, line in enumerate(re.split("\r\n|\r|\n", text), start=1):
        line = line.strip()
        if not line.startswith("["):
            continue
        place = f"{file}, line {number}"
        utterance = _parse_utterance(line, place, report)
        if utterance is not None:
            found.append(utterance)
    return found


def _parse_utterance(line, place, report):
    match = _LINE.match(line)
    if not match:
        report.leave_out("lines that are no utterance", place)
        return None
    start, end, name, code, affect = match.groups()
    if "XX" in name.rpartition("_")[2]:
        report.leave_out("utterances with XX in their name", name)
        return None
    named = _NAME.fullmatch(name)
    if not named:
        report.leave_out("names that are no utterance's", f"{place}: {name}")
        return None
    start_s, end_s = _number(start), _number(end)
    if not start_s < end_s < math.inf:
        report.leave_out("utterances that do not end after they start", name)
        return None
    ratings = [_parse_rating(cell) for cell in affect.split(",")]
    valence, arousal, _ = ratings if len(ratings) == 3 else [math.nan] * 3
    dialog, wearer, speaker = named.groups()
    return Utterance(
        name=name,
        dialog=dialog,
        wearer=wearer,
        speaker=speaker,
        start_s=start_s,
        end_s=end_s,
        code=code.lower(),
        valence=valence,
        arousal=arousal,
    )


def _parse_rating(cell):
    value = _number(cell)
    return value if _LOW <= value <= _HIGH else math.nan


def _number(cell):
    try:
        return float(cell)
    except ValueError:
        return math.nan
