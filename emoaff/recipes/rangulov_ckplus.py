"""The small CNN of Rangulov and Fahim learns eight classes on CK+.

Rangulov and Fahim, 2020 (arXiv 2006.11168), their experiment on imbalance:
neutral from the first and the emotion from the last three pictures of each
sequence; 90 % of the people to learn from; SGD, batch 64, 100 epochs.

    emoaff train rangulov_ckplus --data-dir data --out runs/rangulov_ckplus

Expect what the authors' notebook says, on 131 pictures (best epoch), and on
JAFFE, never trained on (`emoaff evaluate ... --dataset jaffe`). Their split
cuts the list of pictures at 90 %, so one person may be on both sides; here a
person never is. Not run here; minutes on a GPU, not measured.

`balance.name=classes` draws all classes alike.
"""

from emoaff.models import build_rangulov_cnn
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import still_model
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe

# The choices of the authors' notebook.
CONFIG = ClipConfig().change(
    data={
        "dataset": "ck_plus/last_three",
        "validation_share": 0.1,
        "target": "expression",
    },
    window={"frames": 1},
    augmentation={"name": "face"},
    model={"size": 96},
    loss={"name": "crossentropy"},
    optimizer={"name": "sgd", "learning_rate": 0.01},
    schedule={
        "name": "inverse_time",
        "decay": 1e-5,
        "epochs": 100,
        "patience": 0,
        "monitor": "accuracy",
    },
    batch={"size": 64},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/stage", "validation_share": 0.0},
        augmentation={"name": "flip"},
        model={"size": 48, "backbone": "small_cnn"},
        schedule={"epochs": 10, "steps_per_epoch": 150, "monitor": "uar"},
    ),
    summary="""\
The image model is a small one: the published CNN takes too long on two
cores.""",
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
        {"accuracy": 0.947},
        "ck_plus/last_three",
        "validation",
        source="the authors' notebook, best epoch",
    ),
    Expected(
        {"accuracy": 0.498}, "jaffe", "train", source="the authors' notebook"
    ),
    Expected(
        {"uar": 0.810, "accuracy": 0.837},
        "synthetic_affect/stage",
        "validation",
        seed=0,
        minutes=1,
    ),
)

NAME = "rangulov_ckplus"
ABOUT = {
    "summary": """\
Eight expressions of a single face picture: the CNN of Rangulov and Fahim
(2020).""",
    "data": """\
CK+: posed expressions in a laboratory.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora ck_plus`.""",
    "training": """\
Cross-entropy, SGD.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config, data):
    """The published network, `(batch, 96, 96, 3)` to logits."""
    return build_rangulov_cnn(data.classes, config.model.size, logits=True)
