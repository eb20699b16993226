"""A small CNN learns valence and arousal of single frames of Aff-Wild2.

Rangulov and Fahim, 2020 (arXiv 2006.11168), the first of two steps: a CNN
(Khorrami et al., 2016) whose 300 features `rangulov_gru` then follows over
time. 96 x 96 grey faces; SGD 0.01, momentum 0.9, rate falling as
1 / (1 + 1e-5 step); concordance loss of the batch; 1,000 steps of 128 frames
an epoch; frames thinned out by their labels.

    emoaff train rangulov_cnn --data-dir data --out runs/rangulov_cnn

Expect, from the authors' logs, mean over validation batches (not the CCC of
the whole set): CCC of valence .218, arousal .223 with the thinned frames,
.200 and .233 with all of them (`balance=none`). The paper's own tables could
not be read. Not run here; hours unknown.

Other than in the authors' code: their augmentation has one seed for every
picture, so it is one constant transform; here `augment=face` draws anew.
`balance=histogram_paper` thins as their code does, which empties the densest
cells; `histogram_fixed` flattens.
"""

import dataclasses

from emoaff.models import build_rangulov_cnn
from emoaff.training.clip_config import ClipConfig


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` with the choices of the authors' code."""

    dataset: str = "aff_wild2/va"
    target: str = "valence_arousal"
    frames: int = 1
    size: int = 96
    balance: str = "histogram_paper"
    augment: str = "face"
    loss: str = "ccc_batch"
    optimizer: str = "sgd"
    learning_rate: float = 0.01
    schedule: str = "inverse_time"
    decay: float = 1e-5
    epochs: int = 100
    patience: int = 0
    steps_per_epoch: int = 1000
    batch_size: int = 128


NAME = "rangulov_cnn"
ABOUT = {
    "summary": """\
Valence and arousal of a single face picture: the CNN of Rangulov and Fahim
(2020).""",
    "data": """\
Aff-Wild2: videos of faces found on the web.""",
    "licence": """\
The weights come from a corpus with terms of its own, which you agreed to when
you got it: see `emoaff corpora aff_wild2`.""",
    "training": """\
Concordance loss over batches of frames thinned out by their labels, SGD.""",
    "limits": """\
It says what a face shows as the corpus's raters saw it, not what a person
feels. How it does on other people and cameras was not measured.""",
}


def build(config: Config, data):
    """The published network; its feature layer is named `features`."""
    affect = config.target.endswith(("valence", "arousal"))
    return build_rangulov_cnn(
        None if affect else data.classes, config.size, logits=True
    )
