"""Eight expressions from one small face picture, trained on FER+.

A MobileNetV1 whose first weights come from face recognition learns the vote
distributions of FER+ and becomes the preset `compact_ferplus`.

Run:

    emoaff prepare ferplus --manual-dir CORPUS --data-dir data
    emoaff train compact_ferplus --data-dir data --out runs/compact_ferplus \
        --set initial_weights=mobilenet_v1_vggface2_folded.weights.h5

Score it again:

    emoaff evaluate runs/compact_ferplus/preset --dataset ferplus \
        --split validation --data-dir data
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Config:
    """Everything that changes the numbers of a run, and nothing else.

    Args:
        dataset: Corpus, see `emoaff.corpora`.
        initial_weights: Path of the face-recognition weights for
            `emoaff.models.build_mobilenet_v1`, or empty to start at random.
        stages: Pairs (epochs, side in pixels), in order. Small pictures first
            save time, the last stage is the preset's resolution.
        head_epochs: Epochs that train the classifier alone, at first.
        head_learning_rate: Learning rate of those epochs.
        batch_size: Pictures per step.
        learning_rate: Highest rate; a cosine takes it to 0.
        warmup_steps: Steps over which the rate rises to its highest.
        weight_decay: AdamW's decoupled decay.
        dropout: Share of the 1,024 features dropped before the classifier.
        balance_power: See `emoaff.data.sampling.balanced_indices`.
        held_out: Share of the training pictures kept for temperature and
            curves.
        seed: Of weights, draws and augmentation.
    """

    dataset: str = "ferplus"
    initial_weights: str = ""
    stages: tuple[tuple[int, int], ...] = ((6, 80), (8, 112))
    head_epochs: int = 1
    head_learning_rate: float = 1e-3
    batch_size: int = 64
    learning_rate: float = 1e-4
    warmup_steps: int = 200
    weight_decay: float = 1e-2
    dropout: float = 0.3
    balance_power: float = 0.5
    held_out: float = 0.08
    seed: int = 0


PRESET = "compact_ferplus"
LABEL_SPACE = "ferplus"
INPUT_SIZE = 48
CROP_MARGIN = 0.0
