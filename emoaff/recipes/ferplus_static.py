"""ResNet-50 learns the vote distributions of FER+.

Ours, not a paper's: ImageNet weights, classes drawn in proportion to the
square root of their counts, strong augmentation, AdamW with a cosine and
averaged weights.

    emoaff train ferplus_static --data-dir data --out runs/ferplus_static \
        --set start=resnet50_imagenet_notop.weights.h5

Expect: not yet run to the end with these settings.
"""

import dataclasses

from emoaff.experiments.clip_config import ClipConfig
from emoaff.experiments.clip_models import still_model


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` with our choices."""

    dataset: str = "ferplus"
    train_split: str = "train[:92%]"
    validation_split: str = "train[92%:]"
    score_split: str = "validation"
    target: str = "distribution"
    frames: int = 1
    size: int = 64
    dropout: float = 0.3
    balance: str = "classes"
    balance_power: float = 0.5
    augment: str = "face"
    shrink: float = 1.8
    loss: str = "crossentropy"
    label_smoothing: float = 0.05
    optimizer: str = "adamw"
    learning_rate: float = 2e-4
    schedule: str = "cosine"
    ema: float = 0.999
    epochs: int = 20
    head_epochs: int = 1
    patience: int = 0
    batch_size: int = 64
    clip_norm: float = 1.0
    start: str = "imagenet"
    monitor: str = "accuracy"


NAME = "ferplus_static"
ABOUT = {
    "preset": "resnet50_ferplus",
    "summary": """\
Eight expressions of a single face picture: ResNet-50 trained on the votes of
FER+.""",
    "data": """\
FER+ (Barsoum et al., 2016): FER2013's training pictures (48 x 48, grey, found
by web search) with ten crowd votes each.""",
    "licence": """\
FER2013's pictures were collected by web search and their rights are unclear;
FER+'s votes are MIT; ImageNet, of the first weights, is for research.""",
    "training": """\
Cross-entropy with the vote distributions, AdamW, averaged weights.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


build = still_model
