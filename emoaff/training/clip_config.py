import dataclasses
from collections.abc import Mapping
from typing import ClassVar

from emoaff.data.augmentations import AUGMENTATIONS
from emoaff.labels import AFFECT_TARGETS
from emoaff.presets import weights_file
from emoaff.training.config_groups import AugmentationConfig
from emoaff.training.config_groups import BalanceConfig
from emoaff.training.config_groups import BatchConfig
from emoaff.training.config_groups import DataConfig
from emoaff.training.config_groups import LossConfig
from emoaff.training.config_groups import ModelConfig
from emoaff.training.config_groups import OptimizerConfig
from emoaff.training.config_groups import ScheduleConfig
from emoaff.training.config_groups import TeacherConfig
from emoaff.training.config_groups import WindowConfig
from emoaff.training.objectives import LOSSES
from emoaff.training.old_setting_names import OLD_SETTING_NAMES
from emoaff.training.optimizers import OPTIMIZERS
from emoaff.training.optimizers import SCHEDULES
from emoaff.training.settings import change_groups
from emoaff.training.settings import list_settings

CLASS_TARGETS = ("expression", "emotions", "distribution")


@dataclasses.dataclass(frozen=True)
class ClipConfig:
    """Settings of a recipe that learns from windows of frames.

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
        "model.temporal": ("lstm", "gru", ""),
        "model.stored": weights_file.DTYPES,
        "loss.name": tuple(LOSSES),
        "loss.class_weights": ("none", "mean", "sum", "raw", "max"),
        "optimizer.name": tuple(OPTIMIZERS),
        "schedule.name": tuple(SCHEDULES),
        "schedule.monitor": ("ccc", "uar", "accuracy", "macro_f1"),
        "batch.precision": ("float32", "mixed_bfloat16", "mixed_float16"),
    }


_LEAST = {
    "window.frames": 1,
    "model.size": 0,
    "schedule.epochs": 1,
    "batch.size": 1,
    "batch.accumulate": 1,
    "augmentation.shrink": 1,
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
    if schedule.head_epochs >= schedule.epochs:
        raise ValueError(
            "`schedule.head_epochs` must be less than `schedule.epochs`. "
            f"Received: schedule.head_epochs={schedule.head_epochs}, "
            f"schedule.epochs={schedule.epochs}."
        )
    if schedule.warmup_steps and schedule.name != "cosine":
        raise ValueError(
            "`schedule.warmup_steps` is for schedule.name=cosine. Received: "
            f"schedule.name={schedule.name}. Leave it at 0."
        )
