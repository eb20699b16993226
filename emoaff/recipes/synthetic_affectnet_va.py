"""The twin of `affectnet_va` on drawn faces, in minutes on two cores.

    emoaff train synthetic_affectnet_va --data-dir data \
        --out runs/synthetic_affectnet_va

Expect on its validation split (24 people never seen): CCC .754 (valence .762,
arousal .746) over all frames, one run with seed 0. Four minutes.
"""

import dataclasses

from emoaff.recipes import affectnet_va
from emoaff.recipes import finetune
from emoaff.recipes import synthetic_emoaffectnet_static


@dataclasses.dataclass(frozen=True)
class Config(affectnet_va.Config):
    """`affectnet_va` for drawn faces and two cores."""

    dataset: str = "synthetic_affect/stage"
    epochs: int = 4
    head_epochs: int = 1
    steps_per_epoch: int = 100


NAME = "synthetic_affectnet_va"
ABOUT = {
    **affectnet_va.ABOUT,
    **{
        key: synthetic_emoaffectnet_static.ABOUT[key]
        for key in ("data", "licence", "limits")
    },
}


build = finetune.build
