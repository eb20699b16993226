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
TWINS = """\
Pictures that stand in the validation or test split with the same pixels were
left out of training. Near twins were not: of 3,579 validation pictures 49 have
one in the training split, by a correlation of 0.99 of grey 16 x 16 copies, and
283 by 0.95 (`python benchmarks/leakage.py ferplus train validation --model`
and the preset's name, which prints the accuracy without them too)."""
VALENCE = """\
Valence is not trained. `emoaff predict --valence derived` computes it from the
probabilities by the norms of Russell and Mehrabian (1977). On 464 faces rated
by people such a valence had a CCC of .57 (Pearson .66), not measured with these
weights; an arousal made the same way had .14, which is why there is none."""
ABOUT = {
    "preset": "resnet50_ferplus",
    "summary": """\
Eight expressions of a single face picture: ResNet-50 trained on the votes of
FER+.""",
    "data": f"""\
FER+ (Barsoum et al., 2016): FER2013's training pictures (48 x 48, grey, found
by web search) with ten crowd votes each. {TWINS} First weights: ImageNet's.""",
    "licence": """\
FER2013's pictures were collected by web search and their rights are unclear;
FER+'s votes are MIT; ImageNet, of the first weights, is for research.""",
    "training": """\
Cross-entropy with the vote distributions, AdamW, averaged weights.""",
    "limits": f"""\
It names what a face shows, by the crowd's vote, not what a person feels. Rare
classes are weak, and their recall rests on few pictures: see disgust, fear and
contempt above. FER2013 names no ages, origins or skin colours, so differences
between groups of people were not measured, and neither were profiles and masks.
Not for decisions about people. {VALENCE}""",
}


build = still_model
