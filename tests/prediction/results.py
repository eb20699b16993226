"""Results on disk, written row by row, without a video."""

import numpy as np

from emoaff.prediction import tables
from emoaff.prediction.row import Row

CLASSES = ("neutral", "happiness", "anger")


def row(frame, person=1, named=1, strength=0.9, **more):
    """A row at 10 frames a second that names a class; None names none."""
    values = {"box": (10.0, 20.0, 40.0, 50.0), "face_score": 0.99}
    probabilities = np.full(3, (1 - strength) / 2, np.float32)
    smoothed = None
    if named is not None:
        probabilities[named] = strength
        smoothed = probabilities
    values |= {"probabilities": probabilities, "smoothed": smoothed, **more}
    return Row(frame, frame / 10, person, **values)


def write_result(folder, rows, stem="clip", **header):
    """Writes the table and the header of a result; returns the table."""
    table = folder / f"{stem}.csv"
    with tables.table(table, CLASSES) as write:
        for each in rows:
            write(each)
    frames = {each.frame for each in rows}
    tables.write_header(
        table.with_suffix(".json"),
        {
            "source": f"{stem}.mp4",
            "model": {"name": "mine", "at_its_worst": ["It is bad at it."]},
            "options": {},
            "columns": {},
            "versions": {"emoaff": "1"},
            "media": {"kind": "video", "width": 64, "height": 48},
            "frames": len(frames),
            "frames_with_face": len({r.frame for r in rows if r.person}),
            "smoothing": {"method": "mean", "width_s": 0.6},
            "warnings": ["its clock is odd"],
            **header,
        },
    )
    return table
