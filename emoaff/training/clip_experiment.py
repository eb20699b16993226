"""Training on windows of frames or on images, by the settings of a recipe."""

import dataclasses
import functools

import keras

from emoaff.training.clip_config import EXPRESSION_TARGETS
from emoaff.training.clip_data import ClipData
from emoaff.training.commands import train_commands
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.experiment import Experiment
from emoaff.training.experiment import Stage
from emoaff.training.first_weights import begin
from emoaff.training.first_weights import require_weights_file
from emoaff.training.learned_prior import describe_class_prior
from emoaff.training.modalities import describe_sides
from emoaff.training.modalities import require_inputs
from emoaff.training.objectives import make_loss
from emoaff.training.optimizers import make_head_optimizer
from emoaff.training.optimizers import make_optimizer
from emoaff.training.own_models import check_publishable
from emoaff.training.own_models import find_input_shape
from emoaff.training.own_models import make_functional
from emoaff.training.own_parts import METRICS
from emoaff.training.publishing import choose_scored
from emoaff.training.publishing import publish_clips
from emoaff.training.start_comparison import compare_with_start
from emoaff.training.validation_calibration import fit_on_validation
from emoaff.training.validation_calibration import set_recordings_aside
from emoaff.training.validation_measures import measure
from emoaff.training.validation_measures import name_measure
from emoaff.training.weighted_pooling import answer_by_place


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
        FileNotFoundError: If a file of first weights is missing, or the
            corpus.
    """
    require_weights_file(config.model.start)
    if not config.model.size:
        raise ValueError(
            "Expected a size of pictures. Received: model.size=0, which is for "
            "recipes that go on from a preset. Give one of 1 or more."
        )
    data = ClipData(config, data_dir, out, report, splits)
    schedule, batch = config.schedule, config.batch
    last = schedule.keep == "last"
    known: set[str] = set()
    checked: set[bool] = set()
    shape = find_input_shape(config, data)

    def built():
        keras.utils.set_random_seed(config.seed)
        model = make_functional(recipe.build(config, data), config, shape)
        require_inputs(model, config)
        if config.model.pooling == "weighted":
            answer_by_place(model)  # of another form, it says so now
        if recipe.file and not checked:
            check_publishable(model, config, len(data.space or ()))
            checked.add(True)
        # Built again for the preset; what it begins with was said once.
        say = (lambda line: None) if known else report
        found = begin(model, config.model, say)
        known.clear()
        known.update(found)
        return model

    def stage(epochs, make, frozen):
        total = data.steps * epochs
        return Stage(
            epochs,
            lambda model: make(config.optimizer, schedule, total),
            functools.partial(_freeze, names=known, frozen=frozen),
        )

    epochs = len(schedule.list_sides(config.model.size))
    head = schedule.head_epochs
    stages = []
    if head:
        stages.append(stage(head, make_head_optimizer, frozen=True))
    if epochs > head:
        # Once now: what cannot be is said before the epochs of the head.
        make_optimizer(config.optimizer, schedule, data.steps * (epochs - head))
        stages.append(stage(epochs - head, make_optimizer, schedule.frozen))
    validated = data.validation.recordings.split
    one = len(split_datasets(config.data.dataset)) == 1
    official = not splits and one and validated == config.data.validation_split

    def publish(model, history, folder):
        calibration, prior = None, {}
        scored = None if official else data.validation.recordings
        if config.data.target in EXPRESSION_TARGETS:
            calibration, scored = _calibrate(
                model, config, data, scored, report
            )
            prior = describe_class_prior(calibration, config, data)
        shipped = recipe.finish and recipe.finish(model, config, calibration)
        made = publish_clips(
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
            validation=scored,
            calibration=calibration,
            prior=prior,
            shipped=shipped,
            sides=describe_sides(data.sides, config.data.side_rule),
        )
        if recipe.goes_on:
            recordings = choose_scored(config.data, data_dir, scored)
            report(compare_with_start(made, config.model.start, recordings))
        return made

    return Experiment(
        build=built,
        stages=tuple(stages),
        loss=make_loss(config.loss, config.data.target, data.class_counts()),
        batches=data.batches,
        steps=data.steps,
        validate=functools.partial(measure, config=config, data=data),
        monitor="epoch" if last else name_measure(config, schedule.monitor),
        higher_is_better=last or _is_better_higher(schedule.monitor),
        publish=publish,
        patience=schedule.patience or None,
        stop_after=schedule.stop_after or None,
        accumulate=batch.accumulate,
        clip_norm=config.optimizer.clip_norm or None,
        frames_at_once=batch.frames_at_once or None,
        describe=data.describe,
    )


def _calibrate(model, config, data, scored, report):
    """The calibration, or `None`, and the recordings to score, or `None`."""
    if config.data.score_split:
        return fit_on_validation(model, config, data), scored
    share = config.data.calibration_share
    if not share:
        return None, scored
    validation = data.validation.recordings
    parts = set_recordings_aside(validation, share, config.seed)
    if parts is None:
        report(
            f"no calibration: the {len(validation.names)} recordings of the "
            "validation split cannot be parted into some to calibrate on and "
            "some to score (data.calibration_share)"
        )
        return None, scored
    rest, aside = parts
    calibration = fit_on_validation(model, config, data, aside)
    report(
        f"calibration on {len(aside)} of {len(validation.names)} recordings of "
        f"the validation split: temperature {calibration.temperature:.3f}; "
        f"the other {len(rest)} are scored"
    )
    split = f"{validation.split}, without those of the calibration"
    return calibration, dataclasses.replace(
        validation.subset(rest), split=split
    )


def _is_better_higher(monitor):
    if monitor in METRICS:
        return METRICS[monitor].higher_is_better
    return monitor != "loss"


def _freeze(model, names, frozen):
    for layer in model.layers:
        if layer.name in names:
            layer.trainable = not frozen
