"""A small CNN learns valence and arousal of single frames of Aff-Wild2.

Rangulov and Fahim, 2020 (arXiv 2006.11168), the first of two steps: a CNN
(Khorrami et al., 2016) whose 300 features `rangulov_gru` then follows over
time. 96 x 96 grey faces; SGD 0.01, momentum 0.9, rate falling as
1 / (1 + 1e-5 step); concordance loss of the batch; 1,000 steps of 128 frames
an epoch; frames thinned out by their labels.

    emoaff train rangulov_cnn --data-dir data --out runs/rangulov_cnn

Expect what the authors' logs say, means over validation batches (not the CCC
of the whole set). The paper's own tables could not be read. Not run here; hours
unknown.

Other than in the authors' code: their augmentation has one seed for every
picture, so it is one constant transform; here `augmentation.name=face`
draws anew. `balance.name=histogram_paper` thins as their code does, which
empties the densest cells; `histogram_fixed` flattens.
"""

from emoaff.labels import AFFECT_TARGETS
from emoaff.models import build_rangulov_cnn
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import still_model
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe

# The choices of the authors' code.
CONFIG = ClipConfig().change(
    data={"dataset": "aff_wild2/va", "target": "valence_arousal"},
    window={"frames": 1},
    balance={"name": "histogram_paper"},
    augmentation={"name": "face"},
    model={"size": 96},
    loss={"name": "ccc_batch"},
    optimizer={"name": "sgd", "learning_rate": 0.01},
    schedule={
        "name": "inverse_time",
        "decay": 1e-5,
        "epochs": 100,
        "patience": 0,
        "steps_per_epoch": 1000,
    },
    batch={"size": 128},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/webcam"},
        balance={"name": "histogram_fixed"},
        augmentation={"name": "flip"},
        model={"size": 48, "backbone": "small_cnn"},
        schedule={"epochs": 8, "steps_per_epoch": 0},
        batch={"size": 64},
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
        {"ccc valence": 0.218, "ccc arousal": 0.223},
        "aff_wild2/va",
        "validation",
        source="the authors' logs, mean over batches",
    ),
    Expected(
        {"ccc valence": 0.200, "ccc arousal": 0.233},
        "aff_wild2/va",
        "validation",
        source="the authors' logs, mean over batches, balance.name=none",
    ),
    Expected(
        {"ccc mean": 0.473, "ccc valence": 0.431, "ccc arousal": 0.514},
        "synthetic_affect/webcam",
        "validation",
        seed=0,
        minutes=2,
    ),
)

NAME = "rangulov_cnn"
ABOUT = {
    "summary": """\
Valence and arousal of a single face picture: the CNN of Rangulov and Fahim
(2020).""",
    "data": """\
Aff-Wild2: videos of faces found on the web.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora aff_wild2`.""",
    "training": """\
Concordance loss over batches of frames thinned out by their labels, SGD.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config, data):
    """The published network; its feature layer is named `features`."""
    affect = config.data.target in AFFECT_TARGETS
    return build_rangulov_cnn(
        None if affect else data.classes, config.model.size, logits=True
    )
