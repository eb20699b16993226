"""The small CNN of Rangulov and Fahim learns eight classes on CK+.

Rangulov and Fahim, 2020 (arXiv 2006.11168), their experiment on imbalance:
neutral from the first and the emotion from the last three pictures of each
sequence; 90 % of the people to learn from; SGD, batch 64, 100 epochs.

    emoaff train rangulov_ckplus --data-dir data --out runs/rangulov_ckplus

Expect, from the authors' notebook: accuracy .947 on 131 pictures (best epoch),
and .498 on JAFFE, never trained on (`emoaff evaluate ... --dataset jaffe`).
Their split cuts the list of pictures at 90 %, so one person may be on both
sides; here a person never is. Not run here; minutes on a GPU, not measured.

`balance=classes` draws all classes alike.
"""

import dataclasses

from emoaff.models import build_rangulov_cnn
from emoaff.training.clip_config import ClipConfig


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` with the choices of the authors' notebook."""

    dataset: str = "ck_plus/last_three"
    validation_share: float = 0.1
    target: str = "expression"
    frames: int = 1
    size: int = 96
    augment: str = "face"
    loss: str = "crossentropy"
    optimizer: str = "sgd"
    learning_rate: float = 0.01
    schedule: str = "inverse_time"
    decay: float = 1e-5
    epochs: int = 100
    patience: int = 0
    batch_size: int = 64
    monitor: str = "accuracy"


NAME = "rangulov_ckplus"
ABOUT = {
    "summary": """\
Eight expressions of a single face picture: the CNN of Rangulov and Fahim
(2020).""",
    "data": """\
CK+: posed expressions in a laboratory.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora ck_plus`.""",
    "training": """\
Cross-entropy, SGD.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config: Config, data):
    """The published network, `(batch, 96, 96, 3)` to logits."""
    return build_rangulov_cnn(data.classes, config.size, logits=True)
