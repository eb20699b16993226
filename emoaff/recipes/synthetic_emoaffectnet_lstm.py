"""The twin of `emoaffectnet_lstm` on drawn faces, in minutes on two cores.

    emoaff train synthetic_emoaffectnet_static --data-dir data \
        --out runs/synthetic_emoaffectnet_static
    emoaff train synthetic_emoaffectnet_lstm --data-dir data \
        --out runs/synthetic_emoaffectnet_lstm \
        --set features_from=runs/synthetic_emoaffectnet_static

Expect on its validation split (24 people never seen): UAR .811, accuracy .686,
one run with seed 0. One minute.
"""

import dataclasses

from emoaff.recipes import emoaffectnet_lstm


@dataclasses.dataclass(frozen=True)
class Config(emoaffectnet_lstm.Config):
    """`emoaffectnet_lstm` for drawn faces and two cores."""

    dataset: str = "synthetic_affect/stage"
    label_space: str = ""
    learning_rate: float = 1e-3
    epochs: int = 20
    patience: int = 6
    batch_size: int = 32


NAME = "synthetic_emoaffectnet_lstm"
ABOUT = {
    **emoaffectnet_lstm.ABOUT,
    "data": """\
Drawn faces that move (`synthetic_affect`). No real face was seen.""",
    "licence": """\
MIT, like the rest of emoaff.""",
    "limits": """\
It knows drawn faces only and is of no use on real ones.""",
}


build = emoaffectnet_lstm.build
