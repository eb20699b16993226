"""The twin of `ferplus_static` on drawn faces, in minutes on two cores.

The image model is a small one, the labels are classes, not votes, and pictures
are flipped only: the drawn faces of 64 pixels leave no room for more.

    emoaff train synthetic_ferplus_static --data-dir data \
        --out runs/synthetic_ferplus_static

Expect on its validation split (24 people never seen): UAR .769, accuracy .788,
one run with seed 0. One minute.
"""

import dataclasses

from emoaff.recipes import ferplus_static
from emoaff.training.clip_models import still_model


@dataclasses.dataclass(frozen=True)
class Config(ferplus_static.Config):
    """`ferplus_static` for drawn faces and two cores."""

    dataset: str = "synthetic_affect/stage"
    train_split: str = "train"
    validation_split: str = "validation"
    score_split: str = ""
    target: str = "expression"
    size: int = 48
    grey: bool = False
    correct_prior: bool = False
    backbone: str = "small_cnn"
    augment: str = "flip"
    learning_rate: float = 1e-3
    ema: float = 0.99
    epochs: int = 8
    head_epochs: int = 0
    steps_per_epoch: int = 200
    start: str = ""
    monitor: str = "uar"


NAME = "synthetic_ferplus_static"
ABOUT = {
    "summary": """\
Eight expressions of a single drawn face.""",
    "training": """\
Cross-entropy with the classes, AdamW, averaged weights.""",
    "data": """\
Drawn faces that move (`synthetic_affect`). No real face was seen.""",
    "licence": """\
MIT, like the rest of emoaff.""",
    "limits": """\
It knows drawn faces only and is of no use on real ones.""",
}


build = still_model
