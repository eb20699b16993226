"""VGG-Face and two GRUs learn valence and arousal on Aff-Wild.

AffWildNet, Kollias et al., 2019 (arXiv 1804.10938), as the authors' released
code has it: 96 x 96 faces, windows of 80 frames that do not overlap, GRU 128
twice, loss `1 - (CCC_v + CCC_a) / 2`.

    emoaff train affwildnet_vgg --data-dir data --out runs/affwildnet_vgg

Expect: the released models were scored on hidden labels; no figure for this
split is confirmed. Not run here; hours unknown.

Left open by the code: optimizer, rate and batch. Adam 1e-3 and 10 windows are
those of the same authors' OMG code. First weights of the paper's image models
(VGG-Face and the like) go into `start`.
"""

import dataclasses

from emoaff.models import build_affwildnet
from emoaff.training.clip_config import ClipConfig


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` with the choices of the released code.

    Args:
        network: Image model, see `emoaff.models.build_affwildnet`.
    """

    network: str = "vgg_face"
    dataset: str = "aff_wild"
    target: str = "valence_arousal"
    frames: int = 80
    size: int = 96
    learning_rate: float = 1e-3
    batch_size: int = 10
    epochs: int = 100


NAME = "affwildnet_vgg"
ABOUT = {
    "summary": """\
Valence and arousal of each frame of a face video: VGG-Face and two GRUs, as in
AffWildNet (Kollias et al., 2019).""",
    "data": """\
Aff-Wild: videos of faces found on the web.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora aff_wild`.""",
    "training": """\
Concordance loss over windows of 80 frames, Adam.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config: Config, data):
    """The published network, `(batch, frames, 96, 96, 3)` to valence, arousal.

    Raises:
        ValueError: If a setting asks for another size or output.
    """
    if config.size != 96 or config.target != "valence_arousal":
        raise ValueError(
            "AffWildNet takes 96 x 96 faces and gives valence and arousal. "
            f"Received: size={config.size}, target={config.target!r}."
        )
    return build_affwildnet(config.network, config.frames)
