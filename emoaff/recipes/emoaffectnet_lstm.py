"""Two LSTMs follow EMO-AffectNet's features over two seconds.

EMO-AffectNet, Ryumina et al., 2022 (10.1016/j.neucom.2022.10.013), the
temporal model: windows of 10 samples at 5 a second, step 5, on the 512
features of `emoaffectnet_static`, LSTM 512 and 256.

    emoaff train emoaffectnet_lstm --data-dir data --out runs/lstm \
        --set features_from=runs/emoaffectnet_static --set dataset=crema_d_video

Expect: trained on five corpora and tested on the sixth, the released models
reach UAR .516 (Aff-Wild2), .658 (RAVDESS), .606 (CREMA-D), .761 (SAVEE), .443
(RAMAS), .251 (IEMOCAP): `emoaff crossval emoaffectnet_lstm`. Not run here:
corpora and first weights are licensed. Hours unknown.

Optimizer, rate, batch and epochs are not published; the defaults are ours.
"""

import dataclasses

from emoaff.models import build_emo_affectnet_lstm
from emoaff.training.clip_config import ClipConfig


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig`; window and network as published, the rest is ours."""

    dataset: str = "ravdess_video"
    label_space: str = "affectnet_7"
    target: str = "expression"
    frames: int = 10
    stride: int = 5
    tail: str = "repeat"
    sample_hz: float = 5.0
    label_of: str = "mode"
    loss: str = "crossentropy"
    optimizer: str = "adam"
    learning_rate: float = 1e-4
    epochs: int = 100
    patience: int = 10
    batch_size: int = 64
    monitor: str = "uar"


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


def build(config: Config, data):
    """The published network, `(batch, 10, features)` to logits.

    Raises:
        ValueError: If no image model is named.
    """
    if not config.features_from:
        raise ValueError(
            "emoaffectnet_lstm follows the features of an image model. "
            "Expected --set features_from=RUN, the --out of `emoaff train "
            "emoaffectnet_static`."
        )
    return build_emo_affectnet_lstm(
        config.frames, data.feature_count, data.classes, logits=True
    )
