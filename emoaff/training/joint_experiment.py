"""One image model with several heads, trained on several corpora at once."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn import metrics

from emoaff import labels
from emoaff import presets
from emoaff.evaluation.sequence_prediction import Frames
from emoaff.evaluation.sequence_prediction import predict_frames
from emoaff.losses import ConcordanceLoss
from emoaff.losses import WeightedCrossentropy
from emoaff.metrics.whole_signals import compute_ccc
from emoaff.models import Head
from emoaff.models import build_backbone
from emoaff.training.clip_splits import read_corpus_splits
from emoaff.training.corpus_lists import read_merges
from emoaff.training.corpus_lists import share_out
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.experiment import Experiment
from emoaff.training.experiment import Stage
from emoaff.training.first_weights import begin_from
from emoaff.training.first_weights import find_backbone_weights
from emoaff.training.joint_corpus import JointCorpus
from emoaff.training.joint_corpus import make_tables

HEADS = ("valence_arousal", "expression")
_LEAST = 2  # of a corpus in a batch, or its CCC says nothing


def joint_experiment(config, data_dir, report, publish) -> Experiment:
    """Makes the experiment of several corpora and heads.

    Args:
        config: See `emoaff.recipes.joint_heads.Config`.
        data_dir: Where the corpora were built.
        report: Called with lines of progress.
        publish: Called with the model, its history, the folder and the
            corpora.

    Returns:
        The experiment. A batch has a fixed part of each corpus; a label that
        a corpus lacks is missing, and counts for nothing in its head's loss.

    Raises:
        ValueError: If a head has labels in no corpus, or settings do not fit
            each other.
        FileNotFoundError: If a corpus was not built.
    """
    space = labels.get(config.label_space)
    corpora = read_corpora(config, data_dir, space, report)
    sizes = share_out(config.batch_size, config.weights, len(corpora), _LEAST)
    steps = config.steps_per_epoch or max(
        -(-len(corpus.usable) // size)
        for corpus, size in zip(corpora, sizes, strict=True)
    )
    for corpus, size in zip(corpora, sizes, strict=True):
        report(f"{corpus.name}: {size} of each batch; {_describe(corpus)}")

    def build():
        keras.utils.set_random_seed(config.seed)
        model = build_model(config, space)
        begin_from(model, config.start, report)
        return model

    def batches(epoch, first_step, shard):
        parts = [
            corpus.batches(
                size,
                config.size,
                config.seed + k,
                epoch,
                steps,
                first_step,
                shard,
            )
            for k, (corpus, size) in enumerate(zip(corpora, sizes, strict=True))
        ]
        return tf.data.Dataset.zip(tuple(parts)).map(_join).prefetch(2)

    total = steps * config.epochs
    return Experiment(
        build=build,
        stages=(
            Stage(config.epochs, lambda _: _make_optimizer(config, total)),
        ),
        loss=make_joint_loss(config),
        batches=batches,
        steps=steps,
        validate=lambda model: measure(model, corpora, config.size),
        monitor="score",
        patience=config.patience or None,
        publish=lambda model, history, folder: publish(
            model, history, folder, corpora
        ),
    )


def read_corpora(config, data_dir, space, report) -> list[JointCorpus]:
    """Reads the corpora of the settings; see `joint_experiment`."""
    names = split_datasets(config.dataset)
    merges = read_merges(config.merges, names)
    teacher = None
    if config.teacher:
        teacher = presets.load_preset(config.teacher)
    corpora = []
    for name in names:
        training, validation = read_corpus_splits(
            config, name, data_dir, report
        )
        if training.space is None and teacher is not None:
            report(
                f"{name} has no classes: those that {teacher.name} sees are "
                "its votes"
            )
        arguments = (config.heads, space, merges[name])
        corpora.append(
            JointCorpus(
                name,
                training,
                validation,
                make_tables(training, *arguments, teacher),
                make_tables(validation, *arguments),
            )
        )
    for head in config.heads:
        if not any(np.isfinite(c.tables[head]).any() for c in corpora):
            raise ValueError(
                f"Expected labels for the head {head} in one of "
                f"{', '.join(names)}. Found none. Leave the head out, or add a "
                "corpus."
            )
    return corpora


def build_model(config, space) -> keras.Model:
    """Builds one image model and a head for each name in `config.heads`."""
    inputs = keras.Input((config.size, config.size, 3), name="image")
    encoder = build_backbone(
        config.backbone, config.size, find_backbone_weights(config.start)
    )
    encoder.name = "backbone"
    x = layers.Identity(name="features")(encoder(inputs))
    if config.dropout:
        x = layers.Dropout(config.dropout, name="dropout_heads")(x)
    kinds = {
        "valence_arousal": Head("dimensional", labels.DIMENSIONS),
        "expression": Head("categorical", space.classes),
    }
    outputs = {
        head: kinds[head].layer(head, logits=True)(x) for head in config.heads
    }
    return keras.Model(inputs, outputs, name="joint_heads")


def make_joint_loss(config):
    """Makes the weighted sum of one loss a head; 0 for one without labels.

    Valence and arousal: one minus the CCC over the labelled frames of a
    batch, of all corpora together. Expressions: cross-entropy of votes.
    """
    affect = ConcordanceLoss("batch")
    classes = WeightedCrossentropy(label_smoothing=config.label_smoothing)
    weights = dict(
        zip(config.heads, config.head_weights or (1.0, 1.0), strict=False)
    )

    def loss(truth, predicted):
        total = 0.0
        for head in config.heads:
            said = tf.cast(predicted[head], tf.float32)
            if head == "valence_arousal":
                # The batch is one sequence.
                part = affect(truth[head][tf.newaxis], said[tf.newaxis])
            else:
                part = classes(truth[head], said)
            total += weights[head] * part
        return total

    return loss


def measure(model, corpora, side) -> dict[str, float]:
    """Measures each head on each corpus that has labels of its own for it.

    Returns:
        `score`, the mean of all CCCs and UARs, and each of them by name, such
        as `ferplus uar`.
    """
    values, main = {}, []
    for corpus in corpora:
        said = predict_frames(model, Frames(corpus.validation, side))
        for head, truth in corpus.truth.items():
            known = np.isfinite(truth).all(axis=1)
            if head == "valence_arousal":
                known = np.isfinite(truth).any(axis=1)
            if not known.any():
                continue
            found = _measure_head(head, truth[known], said[head][known])
            for name, value in found.items():
                values[f"{corpus.name} {name}"] = value
            main.append(found.get("ccc", found.get("uar")))
    return {"score": float(np.mean(main)), **values}


def _measure_head(head, truth, said):
    if head == "valence_arousal":
        each = [compute_ccc(truth[:, d], said[:, d]) for d in range(2)]
        names = (f"ccc_{name}" for name in labels.DIMENSIONS)
        return {
            "ccc": float(np.mean(each)),
            **dict(zip(names, map(float, each), strict=True)),
        }
    best, named = truth.argmax(axis=1), said.argmax(axis=1)
    recall = metrics.recall_score(
        best, named, labels=np.unique(best), average="macro"
    )
    return {
        "uar": float(recall),
        "accuracy": float(metrics.accuracy_score(best, named)),
    }


def _describe(corpus):
    counts = ", ".join(
        f"{int(np.isfinite(table).all(axis=1).sum())} with {head}"
        for head, table in corpus.tables.items()
    )
    return f"{len(corpus.training)} frames to train on, {counts}"


def _join(*parts):
    images, answers = zip(*parts, strict=True)
    return tf.concat(images, axis=0), {
        head: tf.concat([answer[head] for answer in answers], axis=0)
        for head in answers[0]
    }


def _make_optimizer(config, total):
    rate = keras.optimizers.schedules.CosineDecay(config.learning_rate, total)
    return keras.optimizers.AdamW(
        rate, weight_decay=config.weight_decay, global_clipnorm=1.0
    )
