"""The twin of `rangulov_ckplus` on drawn faces, in minutes on two cores.

The image model is a small one: the published CNN takes too long on two cores.

    emoaff train synthetic_rangulov_ckplus --data-dir data \
        --out runs/synthetic_rangulov_ckplus

Expect on its validation split (24 people never seen): UAR .810, accuracy .837,
one run with seed 0. One minute.
"""

import dataclasses

from emoaff.recipes import rangulov_ckplus
from emoaff.training.clip_models import still_model


@dataclasses.dataclass(frozen=True)
class Config(rangulov_ckplus.Config):
    """`rangulov_ckplus` for drawn faces and two cores."""

    dataset: str = "synthetic_affect/stage"
    validation_share: float = 0.0
    size: int = 48
    backbone: str = "small_cnn"
    augment: str = "flip"
    epochs: int = 10
    steps_per_epoch: int = 150
    monitor: str = "uar"


NAME = "synthetic_rangulov_ckplus"
ABOUT = {
    **rangulov_ckplus.ABOUT,
    "data": """\
Drawn faces that move (`synthetic_affect`). No real face was seen.""",
    "licence": """\
MIT, like the rest of emoaff.""",
    "limits": """\
It knows drawn faces only and is of no use on real ones.""",
}


build = still_model
