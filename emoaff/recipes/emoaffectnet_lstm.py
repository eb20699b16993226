r"""Two LSTMs follow EMO-AffectNet's features over two seconds.

EMO-AffectNet, Ryumina et al., 2022 (10.1016/j.neucom.2022.10.013), the
temporal model: windows of 10 samples at 5 a second, step 5, on the 512
features of `emoaffectnet_static`, LSTM 512 and 256.

    emoaff train emoaffectnet_lstm --data-dir data --out runs/lstm \
        --set data.features_from=runs/emoaffectnet_static \
        --set data.dataset=crema_d_video

Expect what the released models reach, each trained on five corpora and tested
on the sixth: `emoaff crossval emoaffectnet_lstm`. Not run here: corpora and
first weights are licensed. Hours unknown.

Optimizer, rate, batch and epochs are not published; the defaults are ours.
"""

from emoaff.models import build_emo_affectnet_lstm
from emoaff.training.clip_config import ClipConfig
from emoaff.training.expected import Expected
from emoaff.training.small_recipe import SmallRecipe

# Window and network as published, the rest is ours.
CONFIG = ClipConfig().change(
    data={
        "dataset": "ravdess_video",
        "label_space": "affectnet_7",
        "target": "expression",
    },
    window={
        "frames": 10,
        "stride": 5,
        "tail": "repeat",
        "sample_hz": 5.0,
        "label_of": "mode",
    },
    loss={"name": "crossentropy"},
    optimizer={"name": "adam", "learning_rate": 1e-4},
    schedule={"epochs": 100, "patience": 10, "monitor": "uar"},
    batch={"size": 64},
)
SMALL = SmallRecipe(
    CONFIG.change(
        data={"dataset": "synthetic_affect/stage", "label_space": ""},
        optimizer={"learning_rate": 1e-3},
        schedule={"epochs": 20, "patience": 6},
        batch={"size": 32},
    ),
    features_from="emoaffectnet_static",
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
EXPECTED = (
    *(
        Expected(
            {"uar": uar},
            corpus,
            "",
            source="the released models, trained on the other five",
        )
        for corpus, uar in (
            ("aff_wild2/expr", 0.516),
            ("ravdess_video", 0.658),
            ("crema_d_video", 0.606),
            ("savee_video", 0.761),
            ("ramas", 0.443),
            ("iemocap_video", 0.251),
        )
    ),
    Expected(
        {"uar": 0.811, "accuracy": 0.686},
        "synthetic_affect/stage",
        "validation",
        seed=0,
        minutes=1,
    ),
)

NAME = "emoaffectnet_lstm"
ABOUT = {
    "summary": """\
Seven expressions of two seconds of a face video: the LSTMs of EMO-AffectNet
(Ryumina et al., 2022) on the features of its image model.""",
    "data": """\
The corpus named in the settings.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it.""",
    "training": """\
Cross-entropy over windows of ten samples at five a second, Adam.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config, data):
    """The published network, `(batch, 10, features)` to logits.

    Raises:
        ValueError: If no image model is named.
    """
    if not config.data.features_from:
        raise ValueError(
            "emoaffectnet_lstm follows the features of an image model. "
            "Expected --set data.features_from=RUN, the --out of `emoaff train "
            "emoaffectnet_static`."
        )
    return build_emo_affectnet_lstm(
        config.window.frames, data.feature_count, data.classes, logits=True
    )
