"""The twin of `rangulov_gru` on drawn faces, in minutes on two cores.

    emoaff train synthetic_rangulov_cnn --data-dir data \
        --out runs/synthetic_rangulov_cnn
    emoaff train synthetic_rangulov_gru --data-dir data \
        --out runs/synthetic_rangulov_gru \
        --set features_from=runs/synthetic_rangulov_cnn

Expect on its validation split (24 people never seen): CCC .708, mean of valence
.638 and arousal .778, one run with seed 0. Two minutes.
"""

import dataclasses

from emoaff.recipes import rangulov_gru


@dataclasses.dataclass(frozen=True)
class Config(rangulov_gru.Config):
    """`rangulov_gru` for drawn faces and two cores."""

    dataset: str = "synthetic_affect/webcam"
    size: int = 48
    epochs: int = 6


NAME = "synthetic_rangulov_gru"
ABOUT = {
    **rangulov_gru.ABOUT,
    "data": """\
Drawn faces that move (`synthetic_affect`). No real face was seen.""",
    "licence": """\
MIT, like the rest of emoaff.""",
    "limits": """\
It knows drawn faces only and is of no use on real ones.""",
}


build = rangulov_gru.build
