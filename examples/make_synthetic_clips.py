"""Draws short clips of invented people, in one folder for each expression.

    python examples/make_synthetic_clips.py --out DIR

Each clip shows another person, who soon makes the face of the folder's name
and keeps it. Clips of one seed and clips of another share nobody: train on
one and test on the other. The faces are drawn, see
`tfds_builders/synthetic_affect/README.md`; what is learned from them says
nothing about real ones.
"""

import argparse
import dataclasses
import pathlib

import numpy as np

from emoaff.faces import VideoWriter
from tfds_builders.synthetic_affect.affect_plane import CLASSES
from tfds_builders.synthetic_affect.courses import Course
from tfds_builders.synthetic_affect.courses import draw_course
from tfds_builders.synthetic_affect.filming import film_scenes
from tfds_builders.synthetic_affect.identity import draw_identity
from tfds_builders.synthetic_affect.styles import STYLES

_STYLE = dataclasses.replace(
    STYLES["stage"],
    course=Course(peak=(0.95, 1.2), wander=0.03, acted=True),
    clutter=(0, 6),
)


def main(argv: list[str] | None = None) -> list[pathlib.Path]:
    """Writes the clips and returns their paths."""
    options = _options(argv)
    paths = []
    for name in options.classes:
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        for clip in range(options.clips):
            # Nobody is in two folders.
            person = CLASSES.index(name) * 1000 + clip
            path = folder / f"{name}_{options.seed}-{person:04d}.mp4"
            _write(path, name, [options.seed, person], options)
            paths.append(path)
        print(f"{options.clips} clips in {folder}")
    return paths


def _write(path, name, seed, options):
    """Films one person with one expression."""
    who, how = np.random.SeedSequence(seed).spawn(2)
    identity = draw_identity(np.random.default_rng(who))
    rng = np.random.default_rng(how)
    frames = max(round(options.seconds * _STYLE.fps), 1)
    # The clip ends before the actor comes to rest again.
    rest = round(1.5 * _STYLE.fps)
    truth = draw_course(
        rng, frames + rest, _STYLE.fps, _STYLE.course, {name: 1.0}
    )[:frames]
    scenes = film_scenes(rng, identity, _STYLE, truth, options.size)
    with VideoWriter(path, options.size, options.size, _STYLE.fps) as writer:
        for i, (picture, _) in enumerate(scenes):
            writer.write(picture, i / _STYLE.fps)


def _options(argv):
    parser = argparse.ArgumentParser(
        description="Draws short clips of invented people, in one folder "
        "for each expression.",
    )
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument(
        "--classes",
        nargs="+",
        choices=CLASSES,
        default=["happiness", "sadness", "surprise"],
    )
    parser.add_argument(
        "--clips", type=int, default=12, help="of each class (default 12)"
    )
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="of each clip (default 3)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="another one, other people"
    )
    parser.add_argument(
        "--size",
        type=int,
        default=256,
        help="width and height in pixels (default 256)",
    )
    options = parser.parse_args(argv)
    if not 1 <= options.clips <= 1000:
        parser.error(f"--clips must be 1 to 1000. Received: {options.clips}.")
    if options.seconds <= 0 or options.size < 64 or options.seed < 0:
        parser.error(
            "--seconds must be over 0, --size at least 64 and --seed at "
            f"least 0. Received: {options.seconds}, {options.size}, "
            f"{options.seed}."
        )
    return options


if __name__ == "__main__":
    main()
