"""ResNet-50 and two GRUs learn valence and arousal on Aff-Wild.

`affwildnet_vgg` with the other image model of AffWildNet, Kollias et al., 2019
(arXiv 1804.10938): see there for what is the paper's and what is ours.

    emoaff train affwildnet_resnet --data-dir data --out runs/affwildnet_resnet

Expect: the released models were scored on hidden labels; no figure for this
split is confirmed. Not run here; hours unknown.
"""

import dataclasses

from emoaff.recipes import affwildnet_vgg


@dataclasses.dataclass(frozen=True)
class Config(affwildnet_vgg.Config):
    """`affwildnet_vgg`'s settings, with slim's ResNet-50."""

    network: str = "resnet50"


NAME = "affwildnet_resnet"
ABOUT = {
    **affwildnet_vgg.ABOUT,
    "summary": """\
Valence and arousal of each frame of a face video: ResNet-50 and two GRUs, as in
AffWildNet (Kollias et al., 2019).""",
}


build = affwildnet_vgg.build
