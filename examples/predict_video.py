"""Prints when each person's expression changes.

python examples/predict_video.py [VIDEO]
"""

import pathlib
import sys

import emoaff

_SAMPLE = pathlib.Path(__file__).parent / "media" / "astronaut.mp4"


def main(path: str = str(_SAMPLE)) -> None:
    """Prints a line per change: time, person, expression, confidence."""
    timeline = emoaff.predict_video(path, preset="compact_ferplus")
    last = {}
    for row in timeline:
        if row.person is None:
            continue
        best = int(row.smoothed.argmax())
        if last.get(row.person) != best:
            last[row.person] = best
            print(
                f"{row.time_s:7.2f} s  person {row.person}  "
                f"{timeline.classes[best]} ({row.smoothed[best]:.0%})"
            )
    print(
        f"{timeline.frames} frames, {timeline.frames_with_face} with a face, "
        f"{len(timeline.rows_of)} people"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
