r"""An image model and two LSTMs learn valence and arousal of film clips.

The network of Tzirakis et al., 2021, arXiv 2111.02717, on KERC 2020, whose
clips are 1 to 12 faces and have one rating each.

    emoaff prepare kerc2020/clips --manual-dir CORPUS --data-dir data
    emoaff train tzirakis_kerc --data-dir data --out runs/kerc_random
    emoaff train tzirakis_kerc --data-dir data --out runs/kerc_imagenet \
        --set model.start=imagenet
    emoaff train tzirakis_kerc --data-dir data --out runs/kerc_expressions \
        --set model.backbone=mobilenet_v1 --set model.start=compact_ferplus
    emoaff crossval tzirakis_kerc --protocol k-fold --data-dir data \
        --out runs/kerc_folds

Without a memory: `--set model.temporal=`; with a GRU:
`--set model.temporal=gru`. Blocks of 12
neighbouring clips count as people, so a fold never parts a block. Expect
nothing yet: what these runs reach was not measured, since two cores would take
days. `benchmarks/kerc.py`
answers the same questions with image models that stay as they are.

Windows are of 7 faces, the commonest length of a clip; a shorter clip, or the
rest of a longer one, is filled up with copies of its last face.
"""

from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import clip_model

# What suits 502 short clips; see above.
CONFIG = ClipConfig().change(
    data={
        "dataset": "kerc2020/clips",
        "target": "valence_arousal",
        "validation_share": 0.2,
    },
    window={"frames": 7, "tail": "repeat"},
    augmentation={"name": "flip"},
    model={"size": 128, "units": (64, 64), "dropout": 0.5},
    loss={"name": "ccc_batch"},
    schedule={"epochs": 50, "patience": 10},
    batch={"size": 16},
)

# Settings that this network does not look at.
UNUSED = ("model.grey",)
# Not measured; see above.
EXPECTED = ()

NAME = "tzirakis_kerc"
ABOUT = {
    "summary": """\
For research only. Valence and arousal of each frame of a face video: an image
model and two LSTMs, as in Tzirakis et al. (2021).""",
    "data": """\
KERC 2020: clips of Korean films and dramas, one rating of each clip by the mean
of its raters. A fifth of the blocks of 12 neighbouring clips validates.""",
    "licence": """\
For research only: the clips are a competition's data, film frames of people who
can be recognised. See `emoaff corpora kerc2020`.""",
    "training": """\
Concordance loss over the frames of a batch, Adam at a fixed rate; the epoch
with the best validation CCC is kept, so the scores are slightly flattered.""",
    "limits": """\
It says what raters saw in scenes played by actors, not what a person feels.
Times of the frames are a guess. How it does on other people and cameras was
not measured.""",
}


build = clip_model
