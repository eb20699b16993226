"""Training on windows of frames, as most papers of the field do it."""

import functools

import keras
import numpy as np
from sklearn import metrics

from emoaff.evaluation.sequence_prediction import predict_frames
from emoaff.evaluation.sequence_prediction import predict_windows
from emoaff.labels import AFFECT_TARGETS
from emoaff.metrics.whole_signals import compute_ccc
from emoaff.presets.calibration import fit_calibration
from emoaff.training.clip_data import ClipData
from emoaff.training.commands import train_commands
from emoaff.training.experiment import Experiment
from emoaff.training.experiment import Stage
from emoaff.training.first_weights import begin_from
from emoaff.training.objectives import make_loss
from emoaff.training.optimizers import make_optimizer
from emoaff.training.publishing import publish_clips

_SOFTMAX = ("expression", "distribution")


def clip_experiment(
    recipe, config, data_dir, out, report, splits=None
) -> Experiment:
    """Makes the experiment of a recipe.

    Args:
        recipe: A `Recipe`. The model that its `build` makes has first weights
            and one output: affect dimensions in the order of
            `config.data.target`, or logits.
        config: The run's settings, a `ClipConfig`.
        data_dir: Where the corpus was built.
        out: Folder of the run.
        report: Called with lines of progress.
        splits: See `emoaff.training.clip_data.ClipData`.

    Returns:
        The experiment.

    Raises:
        ValueError: If the settings leave the size of pictures open, or see
            `emoaff.training.clip_data.ClipData`.
    """
    if not config.model.size:
        raise ValueError(
            "Expected a size of pictures. Received: model.size=0, which is for "
            "recipes that go on from a preset. Give one of 1 or more."
        )
    data = ClipData(config, data_dir, out, report, splits)
    schedule, batch = config.schedule, config.batch
    known: set[str] = set()

    def built():
        keras.utils.set_random_seed(config.seed)
        model = recipe.build(config, data)
        known.clear()
        known.update(begin_from(model, config.model.start, report))
        return model

    def stage(epochs, frozen):
        total = data.steps * epochs
        return Stage(
            epochs,
            lambda model: make_optimizer(config.optimizer, schedule, total),
            functools.partial(_freeze, names=known, frozen=frozen),
        )

    stages = [stage(schedule.epochs - schedule.head_epochs, schedule.frozen)]
    if schedule.head_epochs:
        stages = [stage(schedule.head_epochs, frozen=True), *stages]
    validated = data.validation.recordings.split
    official = not splits and validated == config.data.validation_split

    def publish(model, history, folder):
        calibration = None
        if config.data.score_split and config.data.target in _SOFTMAX:
            truth, logits = _collect_scored(model, config, data)
            counts = (
                data.count_windows_by_class()
                if config.balance.correct_prior
                else None
            )
            calibration = fit_calibration(logits, truth, counts)
        return publish_clips(
            model,
            history,
            folder,
            config=config,
            about={**recipe.about, "name": recipe.title},
            commands=train_commands(
                recipe.name_and_flag, config, out, recipe.config
            ),
            space=data.space,
            data_dir=data_dir,
            report=report,
            out=out,
            validation=None if official else data.validation.recordings,
            calibration=calibration,
        )

    return Experiment(
        build=built,
        stages=tuple(stages),
        loss=make_loss(config.loss, config.data.target, data.class_counts()),
        batches=data.batches,
        steps=data.steps,
        validate=functools.partial(_validate, config=config, data=data),
        monitor=schedule.monitor,
        publish=publish,
        patience=schedule.patience or None,
        stop_after=schedule.stop_after or None,
        accumulate=batch.accumulate,
        clip_norm=config.optimizer.clip_norm or None,
        frames_at_once=batch.frames_at_once or None,
        describe=data.describe,
    )


def _freeze(model, names, frozen):
    for layer in model.layers:
        if layer.name in names:
            layer.trainable = not frozen


def _validate(model, config, data):
    """Measures of a model on the validation split."""
    if config.data.target in AFFECT_TARGETS:
        return _affect(
            _answers(model, config, data),
            data.validation.recordings,
            config.data.target.split("_"),
        )
    truth, logits = _collect_scored(model, config, data)
    predicted = logits.argmax(axis=1)
    every = range(len(data.space))
    occurring = np.unique(truth)
    return {
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        "uar": float(
            metrics.recall_score(
                truth, predicted, labels=occurring, average="macro"
            )
        ),
        "macro_f1": float(
            metrics.f1_score(
                truth,
                predicted,
                labels=every,
                average="macro",
                zero_division=0,
            )
        ),
    }


def _answers(model, config, data):
    """The model's one output for each frame of the validation split."""
    if config.window.frames == 1 and data.validation.features is None:
        answers = predict_frames(model, data.validation)
    else:
        answers = predict_windows(
            model, data.validation, data.validation_windows, config.batch.size
        )
    return answers.get("", answers.get(config.data.target))


def _collect_scored(model, config, data):
    """Class and logits of each frame that has both, in the validation split."""
    answers = _answers(model, config, data)
    recordings = data.validation.recordings
    truth = recordings.expression
    if config.data.target == "emotions" and not (truth >= 0).any():
        table = recordings.emotions
        known = np.isfinite(table).all(axis=1)
        truth = np.where(known, np.nan_to_num(table).argmax(axis=1), -1)
    scored = (truth >= 0) & np.isfinite(answers).all(axis=1)
    return truth[scored], answers[scored]


def _affect(answers, recordings, dimensions):
    each = {
        f"ccc_{name}": float(
            compute_ccc(getattr(recordings, name), answers[:, d])
        )
        for d, name in enumerate(dimensions)
    }
    return {"ccc": float(np.mean(list(each.values()))), **each}
