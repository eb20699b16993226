r"""ResNet-50 and two LSTMs learn eight emotions from webcam videos.

Tzirakis et al., 2021, arXiv 2111.02717, section 3 and Tables 3 and 4: the
network is pre-trained on the RealEyes set with a sigmoid loss weighted by
reciprocal counts, windows with rare emotions are repeated, and its weights
begin `tzirakis_recola`.

    emoaff train tzirakis_realeyes --data-dir data --out runs/tzirakis_realeyes

The paper enlarges faces to 170 pixels and cuts 150 out. A corpus built as
`realeyes_like+size=170` holds such faces, which are then only cut; from one of
150 pixels, pieces of 132 are enlarged, which shows the same but takes longer:

    emoaff prepare realeyes_like+size=170 --manual-dir CORPUS --data-dir data
    emoaff train tzirakis_realeyes --data-dir data --out runs/realeyes \
        --set data.dataset=realeyes_like+size=170 --set data.pixels=uint8

Expect: the paper gives no score for this step. RealEyes is not public; the
corpus `realeyes_like` reads the same kind of folder. Not run here; hours
unknown.

What the paper leaves open, and the settings that decide it here:

- width of the LSTMs: `model.units` (256, from the first author's earlier code)
- which counts weigh, and how they are scaled: those of the windows trained on,
  `loss.class_weights` to mean 1
- stride and number of the repeated windows: `balance.stride`,
  `balance.copies`; whether a little neutral is tolerated:
  `balance.tolerated_share`; whether "other" is frequent:
  `balance.frequent`
- ranges of brightness and saturation: `augmentation.name=tzirakis`, from
  that same code
- epochs, and what decides when to stop: `schedule.epochs`,
  `schedule.patience`, `schedule.monitor`
"""

from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import clip_model
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe

# As the paper has it; see above for what it leaves open.
CONFIG = ClipConfig().change(
    data={"dataset": "realeyes_like", "target": "emotions"},
    balance={"name": "oversample", "frequent": ("neutral",), "stride": 75},
    augmentation={"name": "tzirakis"},
    model={"start": "imagenet"},
    loss={"name": "sigmoid", "class_weights": "mean"},
    schedule={"monitor": "uar"},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/realeyes"},
        window={"frames": 25},
        balance={"stride": 12, "tolerated_share": 0.3, "copies": 4},
        augmentation={"name": "flip"},
        model={
            "size": 48,
            "backbone": "small_cnn",
            "units": (64, 64),
            "start": "",
        },
        loss={"class_weights": "none"},
        optimizer={"learning_rate": 1e-3, "clip_norm": 1.0},
        schedule={"name": "cosine", "epochs": 8, "patience": 0},
        batch={"size": 16},
    ),
    summary="""\
Rare classes count by more copies of their windows instead of weights in the
loss, with which a small network learns nothing in the first minutes. The run
below had a mean F1 of the classes of .414.""",
)
# Settings that this network does not look at.
UNUSED = ("model.grey",)
EXPECTED = (
    Expected(
        {"uar": 0.473, "accuracy": 0.852},
        "synthetic_affect/realeyes",
        "validation",
        seed=0,
        minutes=3,
    ),
)

NAME = "tzirakis_realeyes"
ABOUT = {
    "summary": """\
Eight emotions of each frame of a face video: ResNet-50 and two LSTMs, as
Tzirakis et al. (2021) pre-train them.""",
    "data": """\
Webcam videos of people watching films, in the layout of `realeyes_like`.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora realeyes_like`.""",
    "training": """\
Sigmoid loss weighted by reciprocal counts, windows with rare emotions
repeated, Adam at a fixed rate.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


build = clip_model
