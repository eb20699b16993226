r"""ResNet-50 and two LSTMs learn arousal and valence on RECOLA (fine-tuning).

Tzirakis et al., 2021, arXiv 2111.02717, Table 5: the same network beginning
from random weights, from ImageNet's, or from a run of `tzirakis_realeyes`.

    emoaff train tzirakis_recola --data-dir data --out runs/recola_random
    emoaff train tzirakis_recola --data-dir data --out runs/recola_imagenet \
        --set model.start=imagenet
    emoaff train tzirakis_recola --data-dir data --out runs/recola \
        --set model.start=runs/tzirakis_realeyes

With sound beside the faces, of which the paper has none (a baseline to compare
with), and a stack of LSTMs for each:

    emoaff train tzirakis_recola --data-dir data --out runs/recola_sound \
        --set modalities=video,audio --set fusion=late

Sound is the corpus's own, as energies in bands, or what openSMILE made of it:
`--set side_files=audio=FOLDER`; see docs/research/features.md.

Expect what Table 5 prints, after post-processing (`emoaff evaluate
--fit-postprocess`). Not reproduced here: the corpus is licensed. Hours unknown.
Two windows of 150 frames fit an ordinary GPU with `batch.frames_at_once=30`.

What the paper leaves open: the width of the LSTMs
(`model.units`), whether the CCC
is of each window or of the batch (`loss.name=ccc` or `ccc_batch`; the first
author's earlier code has the batch), and the list of subjects in each split
(that of the builder).
"""

from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import clip_model
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe

# As the paper has it; see above for what it leaves open.
CONFIG = ClipConfig().change(
    data={"dataset": "recola"},
    schedule={"epochs": 300, "patience": 20},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/studio"},
        window={"frames": 100, "stride": 25},
        augmentation={"name": "flip"},
        model={"size": 48, "backbone": "small_cnn", "units": (64, 64)},
        optimizer={"learning_rate": 2e-3, "clip_norm": 1.0},
        schedule={"name": "cosine", "epochs": 6, "patience": 0},
        batch={"size": 4},
    ),
    summary="""\
`--set model.start=runs/tzirakis_realeyes`, that recipe's small run, begins with
its weights.""",
)
# Settings that this network does not look at.
UNUSED = ("model.grey",)
EXPECTED = (
    *(
        Expected(
            {"ccc arousal": arousal, "ccc valence": valence},
            "recola",
            split,
            source=f"Table 5, {start}",
        )
        for start, split, arousal, valence in (
            ("random start", "test", 0.319, 0.481),
            ("random start", "validation", 0.342, 0.548),
            ("ImageNet start", "test", 0.324, 0.492),
            ("ImageNet start", "validation", 0.330, 0.554),
            ("RealEyes start", "test", 0.341, 0.538),
            ("RealEyes start", "validation", 0.376, 0.596),
        )
    ),
    Expected(
        {"ccc mean": 0.876, "ccc valence": 0.845, "ccc arousal": 0.908},
        "synthetic_affect/studio",
        "validation",
        seed=0,
        minutes=3,
    ),
)

NAME = "tzirakis_recola"
ABOUT = {
    "summary": """\
Arousal and valence of each frame of a face video: ResNet-50 and two LSTMs, as
in Tzirakis et al. (2021).""",
    "data": """\
RECOLA: 46 people in video calls, in French; the mean of six raters.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora recola`.""",
    "training": """\
Concordance loss, Adam at a fixed rate; the epoch with the best validation CCC
is kept.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


build = clip_model
