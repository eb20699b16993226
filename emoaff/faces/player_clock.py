"""The clock of players, where it is not that of a result's times."""

import os
import pathlib

from emoaff.faces.container import open_container

_CLOCK_OF_ITS_OWN = "mpegts", "mpeg", "ogg"


def read_player_start(path: str | os.PathLike, start_s: float) -> float:
    """Reads when players show a video's first picture, in seconds.

    Browsers and players go by the file's own clock, on which the pictures may
    begin after the sound. The clocks of broadcasts (MPEG) begin anywhere;
    players count these from what the file begins with, sound or picture.

    Args:
        path: The video.
        start_s: The first picture's time on the file's clock, `Video.start_s`.

    Returns:
        Seconds, at least 0: what is added to `time_s` for a player.

    Example:
    >>> read_player_start("astronaut.mp4", 0.0)
    0.0
    """
    if start_s <= 0:
        return 0.0
    try:
        with open_container(pathlib.Path(path)) as container:
            if container.format.name not in _CLOCK_OF_ITS_OWN:
                return start_s
            return max(start_s - (container.start_time or 0) / 1e6, 0.0)
    except (OSError, ValueError, AttributeError):
        return start_s
