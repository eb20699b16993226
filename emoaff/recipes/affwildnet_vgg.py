"""VGG-Face and two GRUs learn valence and arousal on Aff-Wild.

AffWildNet, Kollias et al., 2019 (arXiv 1804.10938), as the authors' released
code has it: 96 x 96 faces, windows of 80 frames that do not overlap, GRU 128
twice, loss `1 - (CCC_v + CCC_a) / 2`.

    emoaff train affwildnet_vgg --data-dir data --out runs/affwildnet_vgg

Expect: the released models were scored on hidden labels; no figure for this
split is confirmed. Not run here; hours unknown.

Left open by the code: optimizer, rate and batch. Adam 1e-3 and 10 windows are
those of the same authors' OMG code. First weights of the paper's image models
(VGG-Face and the like) go into `model.start`.
"""

import dataclasses

from emoaff.models import build_affwildnet
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import clip_model
from emoaff.training.config_groups import ModelConfig
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe


@dataclasses.dataclass(frozen=True)
class NetworkConfig(ModelConfig):
    """`ModelConfig` of the networks of AffWildNet.

    Args:
        network: Image model, see `emoaff.models.build_affwildnet`.
    """

    network: str = "vgg_face"


# The choices of the released code.
CONFIG = ClipConfig(model=NetworkConfig(size=96)).change(
    data={"dataset": "aff_wild", "target": "valence_arousal"},
    window={"frames": 80},
    optimizer={"learning_rate": 1e-3},
    schedule={"epochs": 100},
    batch={"size": 10},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/studio"},
        window={"stride": 20},
        augmentation={"name": "flip"},
        model={
            "size": 48,
            "backbone": "small_cnn",
            "temporal": "gru",
            "units": (128, 128),
        },
        optimizer={"learning_rate": 4e-4, "clip_norm": 1.0},
        schedule={"name": "cosine", "epochs": 8, "patience": 0},
        batch={"size": 5},
    ),
    summary="""\
The image model is the same small one for both recipes of AffWildNet; windows,
loss and GRUs are as published.""",
    build=clip_model,
)
# Settings that this network does not look at.
UNUSED = (
    "model.backbone",
    "model.grey",
    "model.temporal",
    "model.units",
    "model.fusion",
    "model.dropout",
)
SMALL_UNUSED = ("model.grey",)
EXPECTED = (
    Expected(
        {"ccc mean": 0.785, "ccc valence": 0.740, "ccc arousal": 0.830},
        "synthetic_affect/studio",
        "validation",
        seed=0,
        minutes=4,
    ),
)

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


def build(config, data):
    """The published network, `(batch, frames, 96, 96, 3)` to valence, arousal.

    Raises:
        ValueError: If a setting asks for another size or output.
    """
    size, target = config.model.size, config.data.target
    if size != 96 or target != "valence_arousal":
        raise ValueError(
            "AffWildNet takes 96 x 96 faces and gives valence and arousal. "
            f"Received: model.size={size}, data.target={target!r}."
        )
    return build_affwildnet(config.model.network, config.window.frames)
