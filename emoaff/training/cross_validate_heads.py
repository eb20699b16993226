import time

import keras
import numpy as np

from emoaff.training.affect_heads import build_heads
from emoaff.training.affect_heads import heads_loss
from emoaff.training.training_step import TrainingStep
from emoaff.training.training_step import make_strategy
from emoaff.training.view_clips import ViewClips


def cross_validate_heads(
    features, labels, config, folds, optimizer_of, report
) -> np.ndarray:
    """Answers each clip with heads that did not learn from its fold.

    Args:
        features: float32 `(views, clips, frames, features)`, NaN after the
            end of a clip. The first view is the one that is answered.
        labels: float32 `(clips, frames, 2)`, NaN where unlabelled.
        config: See `emoaff.recipes.cnn_lstm_affect.Config`.
        folds: Pairs of clips to learn from and clips to answer; every clip is
            answered once.
        optimizer_of: Makes an optimizer, given the settings and the number of
            updates.
        report: Called with a line for each fold.

    Returns:
        float32 `(heads, clips, frames, 2)`; without meaning after the end of
        a clip.
    """
    answers = np.full((config.heads, *labels.shape), np.nan, np.float32)
    for number, (rest, held_out) in enumerate(folds, start=1):
        started = time.monotonic()
        model, clips = train_heads(
            features[:, rest], labels[rest], config, optimizer_of
        )
        seen = clips.scaled(features[0, held_out])
        said = model(seen, training=False)
        for head, values in enumerate(said.values()):
            answers[head, held_out] = keras.ops.convert_to_numpy(values)
        seconds = time.monotonic() - started
        report(f"fold {number}/{len(folds)} answered, {seconds:.0f} s")
    return answers


def train_heads(features, labels, config, optimizer_of):
    """Trains heads on features of clips, all of them.

    Args:
        features: See `cross_validate_heads`.
        labels: See `cross_validate_heads`.
        config: See `cross_validate_heads`.
        optimizer_of: See `cross_validate_heads`.

    Returns:
        The heads, and the `ViewClips` that they learned from.
    """
    keras.utils.set_random_seed(config.seed)
    clips = ViewClips(features, labels, config)
    model = build_heads(features.shape[-1], config)
    step = TrainingStep(
        model,
        optimizer_of(config, clips.steps * config.epochs),
        heads_loss,
        make_strategy("none"),
    )
    for epoch in range(config.epochs):
        batches = iter(clips.batches(epoch, 0, (0, 1)))
        for _ in range(clips.steps):
            step(batches)
    return model, clips
