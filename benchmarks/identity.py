"""Counts whether people keep their numbers, and what that costs.

    python benchmarks/identity.py --videos DIR [--kerc DIR]

`--videos`: a folder with the clips that `identity_labels` names. Each is
tracked with every way of knowing people again; IDF1 and switches are counted
against labels made by eye, `split` is how many numbers a person has too many,
`merged` how many pairs of people share a number. `cuts` is made of pieces of
the clips, whose people are known by the clip that a piece is from.

`--kerc`: the folder of the corpus with one or more faces of each clip, named
`v<clip>-face_<k>.jpg`. Prints how alike the mean embeddings of halves of one
clip are, and those of clips far apart, and how often two that are not one
person would be linked. Some of the latter are one actor all the same.
"""

import argparse
import collections
import itertools
import json
import pathlib
import re
import time

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from emoaff.faces import FaceDetector
from emoaff.faces import FaceTracker
from emoaff.faces import Frame
from emoaff.faces import Video
from emoaff.faces import read_picture
from emoaff.faces.boxes import compute_iou
from emoaff.faces.boxes import convert_to_corners
from emoaff.faces.face_embedder import FaceEmbedder
from emoaff.faces.face_embedder import normalise

LABELS = pathlib.Path(__file__).parent / "identity_labels"
WAYS = ("none", "appearance", "faces")
# Clip, whose person, first and last frame of a piece.
PIECES = (
    ("grid_bbaf2n.mpg", "a", 0, 25),
    ("WolfgangLanger_Pexels.mp4", "b", 0, 30),
    ("face_noface.mov", "c", 0, 30),
    ("grid_brbk7n.mpg", "d", 0, 25),
    ("grid_bbaf2n.mpg", "a", 45, 70),
    ("WolfgangLanger_Pexels.mp4", "b", 300, 330),
    ("single_face.mp4", "c", 0, 30),
    ("short_hamilton_clip.mp4", "e", 90, 120),
    ("grid_brbk7n.mpg", "d", 45, 70),
    ("face_noface.mov", "c", 40, 70),
    ("WolfgangLanger_Pexels.mp4", "b", 400, 430),
    ("short_hamilton_clip.mp4", "e", 150, 180),
)
Faces = dict[int, list[tuple[object, tuple]]]


def read_labels(path: pathlib.Path) -> Faces:
    """Reads labels: frame to the persons in it, with `(x, y, w, h)`."""
    truth = collections.defaultdict(list)
    for person, runs in json.loads(path.read_text("utf-8"))["people"].items():
        for run in runs:
            known, *columns = np.array(run, float).T
            for frame in range(int(known[0]), int(known[-1]) + 1):
                box = tuple(np.interp(frame, known, c) for c in columns)
                truth[frame].append((person, box))
    return dict(truth)


def match_frames(truth: Faces, found: Faces) -> list[tuple[object, object]]:
    """Pairs true and found persons of each frame, by boxes of IoU over .5.

    Returns:
        (true, found) in the order of frames; None where there is no partner.
    """
    pairs = []
    for frame in sorted({*truth, *found}):
        true, seen = truth.get(frame, []), found.get(frame, [])
        free = set(range(len(seen)))
        if true and seen:
            boxes = [
                convert_to_corners([box for _, box in each])
                for each in (true, seen)
            ]
            overlaps = compute_iou(*boxes)
            chosen = dict(zip(*linear_sum_assignment(-overlaps), strict=True))
        else:
            chosen, overlaps = {}, None
        for row, (person, _) in enumerate(true):
            column = chosen.get(row)
            if column is not None and overlaps[row, column] >= 0.5:
                pairs.append((person, seen[column][0]))
                free.discard(column)
            else:
                pairs.append((person, None))
        pairs += [(None, seen[column][0]) for column in sorted(free)]
    return pairs


def score_identity(pairs: list[tuple[object, object]]) -> dict[str, float]:
    """Scores which numbers people got.

    Args:
        pairs: See `match_frames`.

    Returns:
        `idf1`: 2 IDTP / (faces that are true + faces that were found), with
        the assignment of numbers to people that gives most IDTP. `switches`:
        how often a person has another number than when last found. `split`:
        numbers that people have beyond their first. `merged`: pairs of people
        with a number in common.
    """
    both = collections.Counter(p for p in pairs if None not in p)
    people = sorted({true for true, _ in both}, key=str)
    numbers = sorted({seen for _, seen in both}, key=str)
    table = np.array([[both[p, n] for n in numbers] for p in people])
    hits = 0
    if both:
        hits = table[linear_sum_assignment(-table)].sum()
    true = sum(person is not None for person, _ in pairs)
    seen = sum(number is not None for _, number in pairs)
    latest, switches = {}, 0
    for person, number in pairs:
        if person is not None and number is not None:
            switches += latest.get(person, number) != number
            latest[person] = number
    # A number that a person has in a few frames only is a box gone astray.
    owners = {(p, n) for (p, n), count in both.items() if count >= 3}
    of = {p: {n for q, n in owners if q == p} for p in people}
    merged = sum(
        bool(of[one] & of[two]) for one, two in itertools.combinations(of, 2)
    )
    return {
        "idf1": 2 * hits / max(true + seen, 1),
        "switches": switches,
        "split": sum(max(len(each) - 1, 0) for each in of.values()),
        "merged": merged,
    }


def track(frames, identity: str, detector) -> tuple[Faces, float]:
    """Tracks people; gives them by frame, and seconds it took."""
    tracker, found = FaceTracker(detector, identity=identity), {}
    began = time.perf_counter()
    for frame, faces in tracker.track(frames):
        found[frame.index] = [(face.person, face.box) for face in faces]
    seconds = time.perf_counter() - began
    links = tracker.links
    return {
        frame: [(links.get(person, person), box) for person, box in faces]
        for frame, faces in found.items()
    }, seconds


def cut_pieces(folder: pathlib.Path):
    """Makes a video of pieces: frames, and frame to whose piece it is of."""
    frames, whose = [], {}
    for name, person, first, last in PIECES:
        for frame in Video(folder / name):
            if first <= frame.index < last:
                image = cv2.resize(frame.image, (640, 360))
                index = len(frames)
                whose[index] = person
                frames.append(Frame(index, index / 25, image))
    return frames, whose


def print_videos(folder: pathlib.Path) -> None:
    """Prints a line for each clip and way."""
    detector = FaceDetector()
    print("clip  way  IDF1  switches  split  merged  seconds")
    for labels in sorted(LABELS.glob("*.json")):
        name = json.loads(labels.read_text("utf-8"))["video"]
        truth = read_labels(labels)
        for way in WAYS:
            found, seconds = track(Video(folder / name), way, detector)
            _print_scores(name, way, match_frames(truth, found), seconds)
    frames, whose = cut_pieces(folder)
    for way in WAYS:
        found, seconds = track(frames, way, detector)
        pairs = [
            (whose[frame], max(faces, key=lambda f: f[1][2])[0])
            for frame, faces in sorted(found.items())
            if faces
        ]
        _print_scores("cuts", way, pairs, seconds)
    picture = read_picture(folder / "single_face.jpg").image
    (face, *_) = detector.detect(picture)
    embedder = FaceEmbedder()
    crop = embedder.cut(picture, face.box)
    times = []
    for _ in range(30):
        began = time.perf_counter()
        embedder.embed([crop])
        times.append(time.perf_counter() - began)
    print(f"one embedding: {1000 * np.median(times):.1f} ms (median of 30)")


def _print_scores(name, way, pairs, seconds):
    scores = score_identity(pairs)
    print(
        f"{name}  {way}  {scores['idf1']:.3f}  {scores['switches']}  "
        f"{scores['split']}  {scores['merged']}  {seconds:.1f}",
        flush=True,
    )


def print_kerc(folder: pathlib.Path, count: int = 260) -> None:
    """Prints how alike the faces of one clip are, and those of others."""
    clips = collections.defaultdict(list)
    for path in sorted(folder.glob("v*-face_*.jpg")):
        clips[int(re.match(r"v(\d+)", path.name)[1])].append(path)
    rng = np.random.default_rng(0)
    usable = [clip for clip in sorted(clips) if len(clips[clip]) >= 4]
    detector, embedder = FaceDetector(), FaceEmbedder()
    numbers, halves = [], []
    for clip in sorted(rng.choice(usable, count, replace=False)):
        paths, vectors = clips[clip], []
        for k in np.linspace(0, len(paths) - 1, 4).astype(int):
            image = read_picture(paths[k]).image
            found = [
                face
                for face in detector.detect(image)
                if face.score > 0.95 and face.box[2] >= 36
            ]
            if len(found) == 1:
                vectors.append(embedder.cut(image, found[0].box))
        if len(vectors) >= 3:
            vectors = embedder.embed(vectors)
            numbers.append(clip)
            halves.append([normalise(vectors[k::2].sum(0)) for k in (0, 1)])
    first, second = np.transpose(halves, (1, 0, 2))
    likeness, numbers = first @ second.T, np.array(numbers)
    same = likeness.diagonal()
    apart = np.abs(numbers[:, None] - numbers) > 60
    print(f"{len(numbers)} clips, {apart.sum()} pairs more than 60 ids apart")
    for name, values, shares in (
        ("one clip", same, (0.01, 0.05, 0.25, 0.5)),
        ("two clips", likeness[apart], (0.5, 0.9, 0.99, 0.999)),
    ):
        shown = ", ".join(
            f"{share:g}: {np.quantile(values, share):.2f}" for share in shares
        )
        print(f"likeness of {name} by quantile: {shown}")
    for limit in (0.58, 0.66, 0.74, 0.78):
        print(
            f"from {limit} on: {(same >= limit).mean():.1%} of one clip, "
            f"{(likeness[apart] >= limit).mean():.2%} of two"
        )


def main(argv: list[str] | None = None) -> None:
    """Prints what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--videos", type=pathlib.Path)
    parser.add_argument("--kerc", type=pathlib.Path)
    args = parser.parse_args(argv)
    if args.videos:
        print_videos(args.videos)
    if args.kerc:
        print_kerc(args.kerc)


if __name__ == "__main__":
    main()
