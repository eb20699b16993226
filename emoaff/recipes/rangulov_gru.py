"""Three GRUs follow a CNN's features of 100 frames to valence and arousal.

Rangulov and Fahim, 2020 (arXiv 2006.11168), the second of two steps: GRU 100,
100 and 50 on the 300 features of `rangulov_cnn`, whose weights no longer
change. A window's target is the label of the frame after it.

    emoaff train rangulov_gru --data-dir data --out runs/rangulov_gru \
        --set features_from=runs/rangulov_cnn

Expect, from the authors' logs, mean over validation batches (not the CCC of
the whole set): CCC of valence .225, arousal .392. The paper's own tables could
not be read. Not run here; hours unknown.

`units=[100]` and `temporal` choose the authors' smaller networks.
"""

import dataclasses

from emoaff.models import build_rangulov_gru
from emoaff.training.clip_config import ClipConfig


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` with the choices of the authors' code."""

    dataset: str = "aff_wild2/va"
    target: str = "valence_arousal"
    frames: int = 100
    stride: int = 1
    rule: str = "one_step_ahead"
    label_of: str = "last"
    temporal: str = "gru"
    units: tuple[int, ...] = (100, 100, 50)
    loss: str = "ccc_batch"
    optimizer: str = "sgd"
    learning_rate: float = 0.01
    schedule: str = "inverse_time"
    decay: float = 1e-5
    epochs: int = 100
    patience: int = 0
    batch_size: int = 256


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


def build(config: Config, data):
    """The published network, `(batch, frames, features)` to `(batch, 2)`.

    Raises:
        ValueError: If no image model is named.
    """
    if not config.features_from:
        raise ValueError(
            "rangulov_gru follows the features of a CNN. Expected --set "
            "features_from=RUN, the --out of `emoaff train rangulov_cnn`."
        )
    return build_rangulov_gru(
        config.frames,
        data.feature_count,
        cell=config.temporal,
        units=config.units,
    )
