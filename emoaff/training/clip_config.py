import dataclasses
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from emoaff.data.augmentations import AUGMENTATIONS
from emoaff.data.side_features import RULES
from emoaff.labels import AFFECT_TARGETS
from emoaff.models.fusion import FUSIONS
from emoaff.presets import weights_file
from emoaff.training.config_groups import BatchConfig
from emoaff.training.config_groups import LossConfig
from emoaff.training.config_groups import ModelConfig
from emoaff.training.config_groups import OptimizerConfig
from emoaff.training.config_groups import ScheduleConfig
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.data_groups import AugmentationConfig
from emoaff.training.data_groups import BalanceConfig
from emoaff.training.data_groups import DataConfig
from emoaff.training.data_groups import TeacherConfig
from emoaff.training.data_groups import WindowConfig
from emoaff.training.modalities import check_modalities
from emoaff.training.objectives import LOSSES
from emoaff.training.old_setting_names import OLD_SETTING_NAMES
from emoaff.training.optimizers import OPTIMIZERS
from emoaff.training.optimizers import SCHEDULES
from emoaff.training.own_parts import METRICS
from emoaff.training.settings import change_groups
from emoaff.training.settings import list_settings

CLASS_TARGETS = ("expression", "emotions", "distribution")
# Targets of which one class is true, so that probabilities sum to 1.
EXPRESSION_TARGETS = ("expression", "distribution")


@dataclasses.dataclass(frozen=True)
class ClipConfig:
    """Settings of a recipe that learns from windows of frames, or images.

    A recipe has one of these, and says where its paper decides a setting and
    where it leaves it open. On the command line a setting is named with its
    group, `--set optimizer.learning_rate=1e-4`; the names of one word that
    settings had before there were groups still work (`OLD_NAMES`).

    Args:
        data: Which corpus is learned from, and what of it.
        window: How recordings are cut into windows.
        balance: How often each window is drawn.
        augmentation: How pictures are changed at random.
        teacher: Whose answers are mixed into the votes.
        model: The network, its first weights and how they are kept.
        loss: What is made small.
        optimizer: What turns gradients into updates.
        schedule: How long is trained, and which epoch is best.
        batch: What is computed at once.
        seed: Of weights, draws and augmentation.

    Raises:
        ValueError: If a setting is none of the known ones, out of its range or
            at odds with another; the message names it.

    Example:
    >>> config = ClipConfig(loss=LossConfig("ccc_batch"))
    >>> config = config.change(window={"frames": 80}, seed=1)
    >>> config.loss.name, config.window.frames, config.seed
    ('ccc_batch', 80, 1)
    """

    data: DataConfig = DataConfig()
    window: WindowConfig = WindowConfig()
    balance: BalanceConfig = BalanceConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    teacher: TeacherConfig = TeacherConfig()
    model: ModelConfig = ModelConfig()
    loss: LossConfig = LossConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    batch: BatchConfig = BatchConfig()
    seed: int = 0

    OLD_NAMES: ClassVar[dict[str, str]] = OLD_SETTING_NAMES

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        flat = set(vars(cls).get("__annotations__", {})) & set(cls.OLD_NAMES)
        flat -= {field.name for field in dataclasses.fields(ClipConfig)}
        if flat:
            raise TypeError(
                f"`{min(flat)}` is no setting of its own any more. Received: "
                f"a subclass {cls.__name__} of ClipConfig with it. Make an "
                f"instance instead, with `{cls.OLD_NAMES[min(flat)]}`."
            )

    def __post_init__(self):
        _check_choices(self)
        _check_ranges(self)
        _check_together(self)

    def change(self, **groups):
        """Returns a copy with other settings.

        Args:
            **groups: For each group a dict of the settings of it that change,
                or another group as a whole; for `seed` a number.

        Raises:
            ValueError: For an unknown setting, or values that make no sense.
        """
        return change_groups(self, groups)


def list_choices() -> Mapping[str, tuple[str, ...]]:
    """Returns what each setting that chooses by name may be, by its name."""
    return {
        "data.target": (*AFFECT_TARGETS, *CLASS_TARGETS),
        "data.pixels": ("float32", "uint8"),
        "data.calibrate_on": ("stored", "mixed"),
        "data.side_rule": RULES,
        "model.fusion": FUSIONS,
        "window.rule": ("sliding", "one_step_ahead"),
        "window.label_of": ("frames", "last", "mode"),
        "balance.name": (
            "none",
            "oversample",
            "histogram_paper",
            "histogram_fixed",
            "classes",
        ),
        "augmentation.name": tuple(AUGMENTATIONS),
        "teacher.sees": ("changed", "stored"),
        "model.temporal": ("lstm", "gru", ""),
        "model.begin": ("preset", "checkpoint"),
        "model.stored": weights_file.DTYPES,
        "model.pooling": ("mean", "weighted"),
        "loss.name": tuple(LOSSES),
        "loss.class_weights": ("none", "mean", "sum", "raw", "max"),
        "optimizer.name": tuple(OPTIMIZERS),
        "schedule.name": tuple(SCHEDULES),
        "schedule.monitor": (
            *("ccc", "uar", "accuracy", "macro_f1", "loss"),
            *METRICS,
        ),
        "schedule.keep": ("best", "last"),
        "batch.precision": ("float32", "mixed_bfloat16", "mixed_float16"),
    }


_LEAST = {
    "window.frames": 1,
    "model.size": 0,
    "schedule.epochs": 1,
    "batch.size": 1,
    "batch.accumulate": 1,
    "augmentation.jpeg": 0,
    "augmentation.shrink": 1,
    "augmentation.zoom": 1,
}


def _check_choices(config):
    settings = list_settings(config)
    for name, known in list_choices().items():
        if settings[name] not in known:
            raise ValueError(
                f"`{name}` must be one of {', '.join(known)}. Received: "
                f"{name}={settings[name]!r}."
            )


def _check_ranges(config):
    settings = list_settings(config)
    for name, least in _LEAST.items():
        if settings[name] < least:
            raise ValueError(
                f"`{name}` must be at least {least}. Received: "
                f"{name}={settings[name]}."
            )


def _check_together(config):
    frames, target = config.window.frames, config.data.target
    batch, schedule = config.batch, config.schedule
    augmentation = config.augmentation
    single = AUGMENTATIONS[augmentation.name].of_single_pictures
    if batch.size % batch.accumulate:
        raise ValueError(
            "`batch.size` must be a multiple of `batch.accumulate`. Received: "
            f"batch.size={batch.size}, batch.accumulate={batch.accumulate}."
        )
    if single and frames > 1:
        raise ValueError(
            f"augmentation.name={augmentation.name} changes each picture by "
            "itself, so it is for window.frames=1. Received: "
            f"window.frames={frames}. Use strong."
        )
    if config.model.pooling == "weighted" and frames > 1:
        raise ValueError(
            "model.pooling=weighted is for window.frames=1. Received: "
            f"window.frames={frames}. Leave model.pooling=mean."
        )
    if config.teacher.preset and (frames > 1 or target != "distribution"):
        raise ValueError(
            "`teacher` is for data.target=distribution and window.frames=1. "
            f"Received: data.target={target}, window.frames={frames}. Leave "
            "it empty."
        )
    if config.data.pixels == "uint8" and (augmentation.mixup or single):
        raise ValueError(
            "data.pixels=uint8 is for windows that are not blended, so neither "
            "for augmentation.mixup nor for augmentation.name=face. Received: "
            f"augmentation.mixup={augmentation.mixup}, "
            f"augmentation.name={augmentation.name}. Use float32."
        )
    if not schedule.stages and schedule.head_epochs > schedule.epochs:
        raise ValueError(
            "`schedule.head_epochs` must be at most `schedule.epochs`. "
            f"Received: schedule.head_epochs={schedule.head_epochs}, "
            f"schedule.epochs={schedule.epochs}. Lower the first, such as "
            "schedule.head_epochs=0."
        )
    _check_stills(config)
    _check_classes(config)
    check_modalities(config)
    if schedule.warmup_steps and schedule.name != "cosine":
        raise ValueError(
            "`schedule.warmup_steps` is for schedule.name=cosine. Received: "
            f"schedule.name={schedule.name}. Leave it at 0."
        )


def _check_stills(config):
    """What only images in memory can be, and what these cannot be."""
    data, name = config.data, config.augmentation.name
    single = AUGMENTATIONS[name].of_single_pictures
    if data.in_memory and (
        config.window.frames > 1
        or data.features_from
        or not (single or name == "none")
    ):
        raise ValueError(
            "data.in_memory=true is for window.frames=1, images, and "
            "augmentation.name=face or none. Received: window.frames="
            f"{config.window.frames}, data.features_from="
            f"{data.features_from!r}, augmentation.name={name}."
        )
    settings = list_settings(config)
    for name, value in (
        ("data.calibrate_on", "mixed"),
        ("teacher.sees", "stored"),
    ):
        if settings[name] == value and not data.in_memory:
            raise ValueError(
                f"{name}={value} needs images in memory. Received: "
                "data.in_memory=false. Set it to true."
            )
    stages = config.schedule.stages
    if stages and not data.in_memory:
        raise ValueError(
            "`schedule.stages` needs images in memory. Received: "
            "data.in_memory=false. Set it to true, or give schedule.epochs."
        )
    if any(np.shape(stage) != (2,) or min(stage) < 1 for stage in stages):
        raise ValueError(
            "Expected pairs (epochs, side in pixels) of at least 1 each. "
            f"Received: schedule.stages={stages}."
        )
    several = len(split_datasets(data.dataset or "x")) > 1
    if several and (data.held_out or data.score_split):
        raise ValueError(
            "Several corpora are scored on the validation splits of all. "
            f"Received: data.dataset={data.dataset}, data.held_out="
            f"{data.held_out}, data.score_split={data.score_split!r}. Leave "
            "the latter two out."
        )
    if data.corpus_weights and (
        not several or config.balance.name == "classes"
    ):
        raise ValueError(
            "`data.corpus_weights` is for several corpora, and not for "
            "balance.name=classes. Received: "
            f"data.dataset={data.dataset}, balance.name="
            f"{config.balance.name}."
        )
    if not 0 <= data.held_out < 1 or (data.held_out and data.validation_share):
        raise ValueError(
            "`data.held_out` must lie in [0, 1), and be 0 where "
            "data.validation_share is not. Received: data.held_out="
            f"{data.held_out}, data.validation_share={data.validation_share}."
        )


def _check_classes(config):
    """What only a model of one true class a frame can have."""
    settings = list_settings(config)
    for name, usual in (
        ("loss.prior_strength", 0.0),
        ("data.calibrate_on", "stored"),
        ("model.pooling", "mean"),
    ):
        expressions = config.data.target in EXPRESSION_TARGETS
        if settings[name] != usual and not expressions:
            raise ValueError(
                f"`{name}` is for data.target=expression or distribution. "
                f"Received: data.target={config.data.target}, "
                f"{name}={settings[name]}. Leave it at {usual}."
            )
    if not 0 <= config.data.calibration_share < 1:
        raise ValueError(
            "`data.calibration_share` must lie in [0, 1). Received: "
            f"data.calibration_share={config.data.calibration_share}."
        )
    if config.data.target in AFFECT_TARGETS:
        _refuse_class_settings(config)
    if config.balance.prior_kept <= 0:
        raise ValueError(
            "`balance.prior_kept` must be over 0. Received: "
            f"balance.prior_kept={config.balance.prior_kept}."
        )
    monitored = config.schedule.monitor == "loss"
    if monitored and config.data.target not in EXPRESSION_TARGETS:
        raise ValueError(
            "schedule.monitor=loss is for data.target=expression or "
            f"distribution. Received: data.target={config.data.target}."
        )


def _refuse_class_settings(config):
    """Refuses what counts or softens classes where there are none."""
    settings = list_settings(config)
    for name, usual in (
        ("loss.class_weights", "none"),
        ("loss.label_smoothing", 0.0),
    ):
        if settings[name] != usual:
            raise ValueError(
                f"`{name}` is for classes. Received: "
                f"data.target={config.data.target}, which has none, and "
                f"{name}={settings[name]}. Leave it at {usual}."
            )
    if config.balance.name == "classes":
        raise ValueError(
            "balance.name=classes draws classes alike. Received: "
            f"data.target={config.data.target}, which has none. Use none, "
            "oversample or histogram_fixed."
        )
