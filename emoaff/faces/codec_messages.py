"""What picture codecs print while they decode, which no error tells."""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

from emoaff.progress.silence import STDERR_LOCK

CUT_SHORT = "Premature end of JPEG file"
_STDERR = 2
_CODEC = re.compile(
    r"Corrupt JPEG|Premature end of JPEG|Invalid SOS|Inconsistent progression|"
    r"Warning: unknown JFIF|Unknown Adobe|libpng |\[ ?(ERROR|WARN|INFO):|> |$"
)
_DAMAGE = re.compile(
    r"Corrupt JPEG data: (?P<jpeg>.*)|(?P<end>" + CUT_SHORT + r")|"
    r"TIFF_Error \w+: (?P<tiff>.*)|libpng error: (?P<png>.*)"
)


@contextlib.contextmanager
def collect_messages() -> Iterator[list[str]]:
    """Keeps what codecs print off the terminal, to be looked at.

    libjpeg, libpng and libtiff go on after much damage and only print that
    they met it. What others print to standard error meanwhile is passed on.

    Yields:
        A list, filled when the block ends: lines of codecs.
    """
    lines: list[str] = []
    with STDERR_LOCK:
        try:
            kept = os.dup(_STDERR)
        except OSError:  # a program without standard error
            yield lines
            return
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), _STDERR)
            try:
                yield lines
            finally:
                os.dup2(kept, _STDERR)
                os.close(kept)
                file.seek(0)
                printed = file.read().decode("utf-8", "replace")
                lines += printed.splitlines()
        others = [line for line in lines if not _CODEC.match(line)]
        if others:
            print(*others, sep="\n", file=sys.stderr)
        lines[:] = [line for line in lines if line not in others]


def find_damage(lines: list[str]) -> str:
    """Gives the first complaint about damaged data; empty if there is none.

    Notes on odd tags and profiles, which harm no pixel, do not count.
    """
    for line in lines:
        found = _DAMAGE.search(line)
        if found:
            return next(filter(None, found.groups()), "").strip()
    return ""
