"""The twin of `rangulov_cnn` on drawn faces, in minutes on two cores.

The image model is a small one: the published CNN takes too long on two cores.

    emoaff train synthetic_rangulov_cnn --data-dir data \
        --out runs/synthetic_rangulov_cnn

Expect on its validation split (24 people never seen): CCC .473, mean of valence
.431 and arousal .514, one run with seed 0. Two minutes.
"""

import dataclasses

from emoaff.recipes import rangulov_cnn
from emoaff.training.clip_models import still_model


@dataclasses.dataclass(frozen=True)
class Config(rangulov_cnn.Config):
    """`rangulov_cnn` for drawn faces and two cores."""

    dataset: str = "synthetic_affect/webcam"
    size: int = 48
    backbone: str = "small_cnn"
    balance: str = "histogram_fixed"
    augment: str = "flip"
    epochs: int = 8
    steps_per_epoch: int = 0
    batch_size: int = 64


NAME = "synthetic_rangulov_cnn"
ABOUT = {
    **rangulov_cnn.ABOUT,
    "data": """\
Drawn faces that move (`synthetic_affect`). No real face was seen.""",
    "licence": """\
MIT, like the rest of emoaff.""",
    "limits": """\
It knows drawn faces only and is of no use on real ones.""",
}


build = still_model
