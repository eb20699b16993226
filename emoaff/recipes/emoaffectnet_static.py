"""ResNet-50 (VGGFace2 layout) learns seven expressions on AffectNet.

EMO-AffectNet, Ryumina et al., 2022 (10.1016/j.neucom.2022.10.013), the static
model: 224 x 224, 512 features, seven classes. Label smoothing is
`label_smoothing`; its value is not published with the code.

    emoaff train emoaffectnet_static --data-dir data \
        --out runs/emoaffectnet_static --set start=VGGFACE2.weights.h5

Expect on AffectNet's 3,500 validation pictures: accuracy .664, .665 with label
smoothing (the released weights). Not run here: corpus and first weights are
licensed. Hours unknown.

The system was given AffectNet's pictures as they are distributed, whole, which
are face crops in the release of 2021; `--set dataset=affectnet/original` takes
the release of 2017, cut by its boxes.

The training recipe is not published. The defaults are those of the first
author's predecessor of 2020 (AdamW 1e-5, decay 1e-5, batch 32, up to 60
epochs, patience 6), with class-balanced drawing for its class weights.
"""

import dataclasses

from emoaff.models import build_backbone
from emoaff.models import build_emo_affectnet_backbone
from emoaff.training.clip_config import ClipConfig
from emoaff.training.first_weights import copy_layers
from emoaff.training.first_weights import of_backbone


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` with the choices of the predecessor's code."""

    dataset: str = "affectnet/march_2021"
    label_space: str = "affectnet_7"
    target: str = "expression"
    frames: int = 1
    size: int = 224
    balance: str = "classes"
    augment: str = "face"
    loss: str = "crossentropy"
    optimizer: str = "adamw"
    learning_rate: float = 1e-5
    weight_decay: float = 1e-5
    epochs: int = 60
    patience: int = 6
    batch_size: int = 32
    monitor: str = "uar"


NAME = "emoaffectnet_static"
ABOUT = {
    "summary": """\
Seven expressions of a single face picture: ResNet-50 in the layout of
VGGFace2's models, as in EMO-AffectNet (Ryumina et al., 2022).""",
    "data": """\
AffectNet: pictures found on the web, labelled by one annotator each.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora affectnet`.""",
    "training": """\
Cross-entropy, AdamW, classes drawn alike.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config: Config, data):
    """The published network; its embedding layer is named `features`."""
    model = build_emo_affectnet_backbone(data.classes, config.size, logits=True)
    weights = of_backbone(config.start)
    if weights:
        trunk = build_backbone("vggface2_resnet50", config.size, weights)
        copy_layers(trunk, model)
    return model
