"""The twin of `affwildnet_vgg` on drawn faces, in minutes on two cores.

The image model is the same small one for both twins; windows, loss and GRUs
are as in `affwildnet_vgg`.

    emoaff train synthetic_affwildnet_vgg --data-dir data \
        --out runs/synthetic_affwildnet_vgg

Expect on its validation split (24 people never seen): CCC .785, mean of valence
.740 and arousal .830, one run with seed 0. Four minutes.
"""

import dataclasses

from emoaff.recipes import affwildnet_vgg
from emoaff.training.clip_models import clip_model


@dataclasses.dataclass(frozen=True)
class Config(affwildnet_vgg.Config):
    """`affwildnet_vgg` for drawn faces and two cores."""

    dataset: str = "synthetic_affect/studio"
    size: int = 48
    backbone: str = "small_cnn"
    temporal: str = "gru"
    units: tuple[int, ...] = (128, 128)
    stride: int = 20
    augment: str = "flip"
    learning_rate: float = 4e-4
    schedule: str = "cosine"
    batch_size: int = 5
    clip_norm: float = 1.0
    epochs: int = 8
    patience: int = 0


NAME = "synthetic_affwildnet_vgg"
ABOUT = {
    **affwildnet_vgg.ABOUT,
    "data": """\
Drawn faces that move (`synthetic_affect`). No real face was seen.""",
    "licence": """\
MIT, like the rest of emoaff.""",
    "limits": """\
It knows drawn faces only and is of no use on real ones.""",
}


build = clip_model
