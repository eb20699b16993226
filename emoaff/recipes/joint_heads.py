r"""One image model learns from several corpora, with a head for each label.

    emoaff train joint_heads --data-dir data --out runs/joint \
        --set dataset=[kerc2020/clips,ferplus] --set weights=[1,3]

A corpus need not have the labels of every head: valence and arousal of one and
votes of another train together, and what a corpus lacks counts for nothing
there. A corpus without classes may get the votes of a preset
(`--set teacher=compact_ferplus`). Classes are read in one label space, with
mappings per corpus where its tables do not say
(`--set 'merges=["ravdess:calm=neutral"]'`).

Expect: that depends on the corpora; none was published. Hours: two CPU cores
train about 150 images of 80 pixels a second with `mobilenet_v1`.
"""

import dataclasses

import keras
import numpy as np
from keras import layers

from emoaff import corpora as catalogue
from emoaff import labels
from emoaff.training import Experiment
from emoaff.training.commands import portable_settings
from emoaff.training.commands import run_name
from emoaff.training.commands import train_commands
from emoaff.training.joint_experiment import HEADS
from emoaff.training.joint_experiment import joint_experiment
from emoaff.training.publishing import publish


@dataclasses.dataclass(frozen=True)
class Config:
    """Everything that changes the numbers of a run, and nothing else.

    Args:
        dataset: The corpora, `[a,b]`, of videos and of stills.
        weights: Share of each corpus in a batch; empty for equal ones.
        merges: Class mappings, `corpus:class=class`.
        label_space: Classes of the head `expression`.
        heads: `valence_arousal`, `expression` or both.
        head_weights: Of their losses; empty for 1 each.
        teacher: Preset whose answers are the votes of corpora without
            classes; empty for none.
        train_split: Split to learn from.
        validation_split: Split that decides which epoch is best.
        validation_share: Instead, this share of the people of `train_split`;
            0 for a fifth of them where a corpus has no `validation_split`.
        size: Side of the images in pixels.
        backbone: See `emoaff.models.build_backbone`.
        start: Preset or file that the image model begins with, as
            `model.start` of recipes of clips.
        dropout: Before the heads.
        label_smoothing: Of the cross-entropy.
        epochs: How many.
        patience: Stop after so many without a better score; 0 for never.
        steps_per_epoch: Updates; 0 for the corpus that takes longest, once.
        batch_size: Images of an update, of all corpora.
        learning_rate: Highest rate; a cosine takes it to 0.
        weight_decay: AdamW's decoupled decay.
        seed: Of weights and draws.
    """

    dataset: str = "kerc2020/clips,ferplus"
    weights: tuple[float, ...] = ()
    merges: tuple[str, ...] = ()
    label_space: str = "ferplus"
    heads: tuple[str, ...] = HEADS
    head_weights: tuple[float, ...] = ()
    teacher: str = ""
    train_split: str = "train"
    validation_split: str = "validation"
    validation_share: float = 0.0
    size: int = 80
    backbone: str = "mobilenet_v1"
    start: str = "compact_ferplus"
    dropout: float = 0.3
    label_smoothing: float = 0.0
    epochs: int = 5
    patience: int = 0
    steps_per_epoch: int = 0
    batch_size: int = 64
    learning_rate: float = 3e-4
    weight_decay: float = 1e-2
    seed: int = 0

    def __post_init__(self):
        for name in ("weights", "merges", "heads", "head_weights"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.heads or not set(self.heads) <= set(HEADS):
            raise ValueError(
                f"`heads` must be some of {', '.join(HEADS)}. Received: "
                f"heads={self.heads}."
            )
        if self.head_weights and len(self.head_weights) != len(self.heads):
            raise ValueError(
                "`head_weights` must have a number for each of "
                f"{', '.join(self.heads)}. Received: "
                f"head_weights={self.head_weights}."
            )

    @property
    def data(self):
        """The settings as those of a recipe of clips, to read splits."""
        return _DataView(self)


class _DataView:
    """What `emoaff.training.clip_splits` asks of `config.data`."""

    held_out = 0.0

    def __init__(self, config):
        self.train_split = config.train_split
        self.validation_split = config.validation_split
        self.validation_share = config.validation_share


NAME = "joint_heads"
SUMMARY = """\
Valence and arousal, and one expression, of a single face image, from one image
model that learned from several corpora at once."""
LICENCE = """\
The terms of all its corpora together, and of its first weights: see `emoaff
corpora` and the card of that preset."""
TRAINING = """\
Each batch has a fixed part of each corpus. The losses are one minus the CCC of
a batch's labelled frames and the cross-entropy of votes; a label that a corpus
lacks counts for nothing."""
LIMITS = """\
Each head learned from the corpora that have its labels, and was measured there
alone. It says how a face looked to raters, not what a person feels."""


def experiment(config: Config, data_dir, out, report) -> Experiment:
    """The corpora, the model and the preset that comes of them.

    Args:
        config: The run's settings.
        data_dir: Where the corpora were built.
        out: Folder of the run.
        report: Called with lines of progress.
    """
    space = labels.get(config.label_space)

    def finish(model, history, folder, corpora):
        first, *others = corpora
        said = describe(config, space, history, corpora, out, data_dir)
        shipped = _add_softmax(model)
        best = max(history, key=lambda row: np.nan_to_num(row["score"], nan=-2))
        away = [
            f"On {corpus.name}, {corpus.validation.split}: "
            + ", ".join(
                f"{name.removeprefix(corpus.name).strip()} {value:.3f}"
                for name, value in best.items()
                if name.startswith(f"{corpus.name} ")
            )
            + "."
            for corpus in others
        ]
        said["provenance"]["away"] = away
        return publish(shipped, said, folder, first.validation, report)

    return joint_experiment(config, data_dir, report, finish)


def describe(config, space, history, corpora, out, data_dir) -> dict:
    """Makes the preset's `config.json`, apart from weights and scores."""
    outputs = {
        "valence_arousal": {
            "kind": "dimensional",
            "names": list(labels.DIMENSIONS),
            "range": list(labels.DIMENSION_RANGE),
        },
        "expression": {
            "kind": "probabilities",
            "range": [0, 1],
            "label_space": space.name,
            "classes": list(space.classes),
        },
    }
    builder = catalogue.make_builder(corpora[0].name, data_dir)
    margin = getattr(builder, "CROP_MARGIN", 0.0)
    margin = getattr(builder.builder_config, "margin", margin)
    return {
        "name": run_name(out),
        "input": {"size": config.size, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": margin, "interpolation": "area"},
        "sampling": {"window": 1, "rate_hz": None},
        "outputs": {head: outputs[head] for head in config.heads},
        "licence": LICENCE,
        "provenance": {
            "summary": SUMMARY,
            "data": " ".join(
                f"{corpus.name}: {len(corpus.training)} frames."
                for corpus in corpora
            ),
            "training": TRAINING,
            "limits": LIMITS,
            "train_command": "\n    ".join(train_commands(NAME, config, out)),
            "settings": portable_settings(config),
            "history": history,
        },
    }


def _add_softmax(model):
    outputs = dict(model.output)
    if "expression" in outputs:
        outputs["expression"] = layers.Activation(
            "softmax", dtype="float32", name="probabilities"
        )(outputs["expression"])
    return keras.Model(model.inputs, outputs, name=NAME)
