"""A preset of expressions learns valence and arousal of single pictures.

Ours, not a paper's: the preset's layers but its last are kept, two linear
outputs are trained first, then everything, by one minus CCC over each batch.

    emoaff train affectnet_va --data-dir data --out runs/affectnet_va

AffectNet's release of 2021 (`affectnet/march_2021`); `--set
data.dataset=affectnet/original` takes that of 2017, cut by its boxes. `--set
model.start=FOLDER` begins with another preset.

Expect: not run here, since the corpus is licensed. Hours unknown: two CPU cores
train about 100 pictures of `compact_ferplus` a second.
"""

from emoaff.recipes import finetune
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe

# `finetune` for valence and arousal of AffectNet's pictures.
CONFIG = finetune.CONFIG.change(
    data={
        "dataset": "affectnet/march_2021",
        "target": "valence_arousal",
        "calibration_share": 0.0,
    },
    balance={"name": "none"},
    loss={"name": "ccc_batch"},
    schedule={"epochs": 6, "head_epochs": 1, "monitor": "ccc"},
    batch={"size": 64},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/stage"},
        schedule={"epochs": 4, "head_epochs": 1, "steps_per_epoch": 100},
    )
)
# Settings that this network does not look at.
UNUSED = (
    "model.backbone",
    "model.grey",
    "model.temporal",
    "model.units",
    "model.fusion",
)
EXPECTED = (
    Expected(
        {"ccc mean": 0.754, "ccc valence": 0.762, "ccc arousal": 0.746},
        "synthetic_affect/stage",
        "validation",
        seed=0,
        minutes=4,
    ),
)

NAME = "affectnet_va"
ABOUT = {
    "summary": """\
Valence and arousal of a single face picture: a preset of expressions that went
on learning from AffectNet's labels.""",
    "data": """\
AffectNet: pictures found on the web, labelled by one annotator each, on top of
what the first preset learned from (see its card).""",
    "licence": """\
That of the first preset, and the corpus's own terms, which you agreed to when
you got it: see `emoaff corpora affectnet`.""",
    "training": """\
Two linear outputs alone at first, then everything, by one minus CCC of each
batch; warps, light, blur, noise and covered patches as augmentation.""",
    "limits": """\
It says how pleasant and how excited a face looked to the corpus's raters, not
what a person feels. How it does on other people and cameras was not
measured.""",
}


build = finetune.build
complete = finetune.complete
