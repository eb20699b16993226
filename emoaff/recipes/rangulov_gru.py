r"""Three GRUs follow a CNN's features of 100 frames to valence and arousal.

Rangulov and Fahim, 2020 (arXiv 2006.11168), the second of two steps: GRU 100,
100 and 50 on the 300 features of `rangulov_cnn`, whose weights no longer
change. A window's target is the label of the frame after it.

    emoaff train rangulov_gru --data-dir data --out runs/rangulov_gru \
        --set data.features_from=runs/rangulov_cnn

Expect what the authors' logs say, means over validation batches (not the CCC
of the whole set). The paper's own tables could not be read. Not run here; hours
unknown.

`model.units=[100]` and `model.temporal` choose the authors' smaller networks.
"""

from emoaff.models import build_rangulov_gru
from emoaff.training.clip_config import ClipConfig
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe

# The choices of the authors' code.
CONFIG = ClipConfig().change(
    data={"dataset": "aff_wild2/va", "target": "valence_arousal"},
    window={
        "frames": 100,
        "stride": 1,
        "rule": "one_step_ahead",
        "label_of": "last",
    },
    model={"temporal": "gru", "units": (100, 100, 50)},
    loss={"name": "ccc_batch"},
    optimizer={"name": "sgd", "learning_rate": 0.01},
    schedule={
        "name": "inverse_time",
        "decay": 1e-5,
        "epochs": 100,
        "patience": 0,
    },
    batch={"size": 256},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/webcam"},
        model={"size": 48},
        schedule={"epochs": 6},
    ),
    features_from="rangulov_cnn",
)
# Settings that this network does not look at.
UNUSED = ("model.backbone", "model.grey", "model.fusion", "model.dropout")
EXPECTED = (
    Expected(
        {"ccc valence": 0.225, "ccc arousal": 0.392},
        "aff_wild2/va",
        "validation",
        source="the authors' logs, mean over batches",
    ),
    Expected(
        {"ccc mean": 0.708, "ccc valence": 0.638, "ccc arousal": 0.778},
        "synthetic_affect/webcam",
        "validation",
        seed=0,
        minutes=2,
    ),
)

NAME = "rangulov_gru"
ABOUT = {
    "summary": """\
Valence and arousal of the frame after 100 frames: the GRUs of Rangulov and
Fahim (2020) on the features of their CNN.""",
    "data": """\
Aff-Wild2: videos of faces found on the web.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora aff_wild2`.""",
    "training": """\
Concordance loss over batches of windows, SGD.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config, data):
    """The published network, `(batch, frames, features)` to `(batch, 2)`.

    Raises:
        ValueError: If no image model is named.
    """
    if not config.data.features_from:
        raise ValueError(
            "rangulov_gru follows the features of a CNN. Expected --set "
            "data.features_from=RUN, the --out of `emoaff train rangulov_cnn`."
        )
    return build_rangulov_gru(
        config.window.frames,
        data.feature_count,
        cell=config.model.temporal,
        units=config.model.units,
    )
