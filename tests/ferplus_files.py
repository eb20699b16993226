"""Writes small copies of FER+ in its true layout."""

import csv

import numpy as np
from PIL import Image

HEADER = (
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,"
    "contempt,unknown,NF"
).split(",")
FOLDERS = {
    "Training": "FER2013Train",
    "PublicTest": "FER2013Valid",
    "PrivateTest": "FER2013Test",
}


def picture(seed):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (48, 48), dtype=np.uint8)


def write_ferplus(root, rows):
    """Writes a copy. `rows`: (usage, name, ten votes, pixels or None)."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "fer2013new.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for usage, name, votes, _ in rows:
            writer.writerow([usage, name, *votes])
    for usage, name, _, pixels in rows:
        folder = root / "data" / FOLDERS[usage]
        folder.mkdir(parents=True, exist_ok=True)
        if name and pixels is not None:
            Image.fromarray(pixels).save(folder / name)


def votes(**count):
    """Ten votes by class name, such as `votes(fear=7, surprise=3)`."""
    return [count.get(name, 0) for name in HEADER[2:]]


def balanced_rows(count, usage="Training", first=0):
    """`count` rows whose clear winners go through the eight classes."""
    rows = []
    for i in range(first, first + count):
        winner = HEADER[2 + i % 8]
        name = f"fer{i:07d}.png"
        # A brightness per class, so that there is something to learn.
        pixels = np.clip(picture(i) // 4 + 24 * (i % 8), 0, 255)
        rows.append((usage, name, votes(**{winner: 10}), np.uint8(pixels)))
    return rows


def write_pixels(path, rows, header="emotion,pixels,Usage"):
    """Writes a table as FER2013's. `rows`: (emotion, pixels, usage)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [header]
    for emotion, pixels, usage in rows:
        cells = {
            "emotion": str(emotion),
            "pixels": " ".join(map(str, np.ravel(pixels))),
            "Usage": usage,
        }
        lines.append(",".join(cells[n.strip()] for n in header.split(",")))
    path.write_text("\n".join(lines) + "\n")
