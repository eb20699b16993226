r"""ResNet-50 (VGGFace2 layout) learns seven expressions on AffectNet.

EMO-AffectNet, Ryumina et al., 2022 (10.1016/j.neucom.2022.10.013), the static
model: 224 x 224, 512 features, seven classes. Label smoothing is
`loss.label_smoothing`; its value is not published with the code.

    emoaff train emoaffectnet_static --data-dir data \
        --out runs/emoaffectnet_static --set model.start=VGGFACE2.weights.h5

Expect what the released weights reach on AffectNet's 3,500 validation pictures.
Not run here: corpus and first weights are licensed. Hours unknown.

The system was given AffectNet's pictures as they are distributed, whole, which
are face crops in the release of 2021; `--set data.dataset=affectnet/original`
takes the release of 2017, cut by its boxes.

The training recipe is not published. The defaults are those of the first
author's predecessor of 2020 (AdamW 1e-5, decay 1e-5, batch 32, up to 60
epochs, patience 6), with class-balanced drawing for its class weights.
"""

from emoaff.models import build_backbone
from emoaff.models import build_emo_affectnet_backbone
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import still_model
from emoaff.training.expected import Expected
from emoaff.training.first_weights import copy_layers
from emoaff.training.first_weights import find_backbone_weights
from emoaff.training.small_recipe import SmallRecipe

# The choices of the predecessor's code.
CONFIG = ClipConfig().change(
    data={
        "dataset": "affectnet/march_2021",
        "label_space": "affectnet_7",
        "target": "expression",
    },
    window={"frames": 1},
    balance={"name": "classes"},
    augmentation={"name": "face"},
    model={"size": 224},
    loss={"name": "crossentropy"},
    optimizer={"name": "adamw", "learning_rate": 1e-5, "weight_decay": 1e-5},
    schedule={"epochs": 60, "patience": 6, "monitor": "uar"},
    batch={"size": 32},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/stage", "label_space": ""},
        augmentation={"name": "flip"},
        model={"size": 48, "backbone": "small_cnn", "dropout": 0.2},
        optimizer={"learning_rate": 1e-3, "weight_decay": 1e-4},
        schedule={"name": "cosine", "epochs": 10, "steps_per_epoch": 200},
        batch={"size": 64},
    ),
    summary="""\
The image model is a small one; eight classes, for the drawn faces have
them.""",
    build=still_model,
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
SMALL_UNUSED = ("model.temporal", "model.units", "model.fusion")
EXPECTED = (
    Expected(
        {"accuracy": 0.664},
        "affectnet/march_2021",
        "validation",
        source="the released weights",
    ),
    Expected(
        {"accuracy": 0.665},
        "affectnet/march_2021",
        "validation",
        source="the released weights, with label smoothing",
    ),
    Expected(
        {"uar": 0.834, "accuracy": 0.813},
        "synthetic_affect/stage",
        "validation",
        seed=0,
        minutes=1,
    ),
)

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


def build(config, data):
    """The published network; its embedding layer is named `features`."""
    size = config.model.size
    model = build_emo_affectnet_backbone(data.classes, size, logits=True)
    weights = find_backbone_weights(config.model.start)
    if weights:
        trunk = build_backbone("vggface2_resnet50", size, weights)
        copy_layers(trunk, model)
    return model
