"""The groups of settings of `ClipConfig` on what learns, and how.

They are plain data; `ClipConfig` checks them together. The other groups are in
`emoaff.training.data_groups`.
"""

import dataclasses

from emoaff.training.setting_group import SettingGroup


@dataclasses.dataclass(frozen=True)
class ModelConfig(SettingGroup):
    """The network, its first weights and how they are kept.

    Args:
        size: Side of the preset's images in pixels, and in training too
            without `schedule.stages`; 0, in a recipe that goes on from a
            preset, for that preset's.
        final_side: With `schedule.stages`: side to which the preset enlarges
            its images; 0 for that of the last stage. A larger one helps faces
            that are small in their crop, and costs some of the others.
        pooling: How the preset of a model of single pictures averages the
            image model's last map: `"mean"`, as in training, or `"weighted"`,
            some places more than others, as is found together with its
            calibration.
        backbone: Image model, see `emoaff.models.backbones.build_backbone`.
        grey: Whether the model turns pictures into grey before anything else,
            for corpora that have no colour; only with `still_model` of
            `emoaff.training.clip_models`.
        temporal: `"lstm"`, `"gru"` or `""` for no memory.
        units: Width of each recurrent layer.
        dropout: Before each recurrent layer and before the output.
        fusion: With several `data.modalities`: `"early"`, side by side before
            one stack of recurrent layers, or `"late"`, a stack each, joined
            before the output.
        start: Weights to begin with: empty (random), `"imagenet"`, a
            `.weights.h5` file of the backbone, or a preset folder or run, of
            which every layer with the same name and shapes is taken.
        begin: How runs in `start` are gone on with: `"preset"`, as above, or
            `"checkpoint"`, all weights as training left them, see
            `emoaff.training.first_weights.fill_from_runs`; of several, comma
            between, these are averaged.
        stored: How the preset keeps its weights: `"float16"`, `"float32"` or
            `"int8"`, see `emoaff.presets.weights_file`.
    """

    size: int = 150
    final_side: int = 0
    pooling: str = "mean"
    backbone: str = "resnet50"
    grey: bool = False
    temporal: str = "lstm"
    units: tuple[int, ...] = (256, 256)
    dropout: float = 0.0
    start: str = ""
    begin: str = "preset"
    stored: str = "float16"
    fusion: str = "early"


@dataclasses.dataclass(frozen=True)
class LossConfig(SettingGroup):
    """What is made small.

    Args:
        name: One of `emoaff.training.objectives.LOSSES`.
        class_weights: `"none"`, or reciprocal counts scaled as
            `emoaff.losses.reciprocal_weights` says: `"mean"`, `"sum"`,
            `"raw"` or `"max"`.
        label_smoothing: In `[0, 1)`, for `"crossentropy"`.
        prior_strength: How much of the logarithm of the classes' shares is
            added to the logits in the loss and on the validation split. At 1
            the model's own logits are then those of equally likely classes.
    """

    name: str = "ccc"
    class_weights: str = "none"
    label_smoothing: float = 0.0
    prior_strength: float = 0.0


@dataclasses.dataclass(frozen=True)
class OptimizerConfig(SettingGroup):
    """What turns gradients into updates.

    Args:
        name: One of `emoaff.training.optimizers.OPTIMIZERS`.
        learning_rate: The highest.
        momentum: For `"sgd"`.
        weight_decay: For `"adamw"`.
        ema: Momentum of averaged weights, which are then what is scored and
            kept; 0 for none.
        clip_norm: Largest norm of the whole gradient; 0 for no limit.
    """

    name: str = "adam"
    learning_rate: float = 4e-5
    momentum: float = 0.9
    weight_decay: float = 1e-2
    ema: float = 0.0
    clip_norm: float = 0.0


@dataclasses.dataclass(frozen=True)
class ScheduleConfig(SettingGroup):
    """How long is trained, how the rate falls, and which epoch is best.

    Args:
        name: One of `emoaff.training.optimizers.SCHEDULES`: `"constant"`,
            `"cosine"` (to 0 at the last epoch) or `"inverse_time"`
            (`rate / (1 + decay * step)`).
        decay: For `"inverse_time"`.
        warmup_steps: Updates over which the rate rises from 0 to its highest,
            for `"cosine"`.
        epochs: At most so many.
        stages: Instead of `epochs`, pairs (epochs, side in pixels), in order,
            for models of images of any side; needs `data.in_memory`. Small
            images first save time.
        head_epochs: How many train only what is new, at first: of the
            `epochs`, or before the `stages`, at the side of the first.
        head_learning_rate: Adam's constant rate in these; 0 for the optimizer
            and the schedule of the others.
        frozen: Whether only what is new is trained, in all epochs.
        patience: Stop after so many epochs without a better `monitor`; 0 for
            never.
        stop_after: Ends after so many epochs, on the schedule for `epochs`; 0
            for never.
        steps_per_epoch: Updates of an epoch; 0 for all windows once.
        monitor: Measure on the validation split that decides: `"ccc"`,
            `"uar"`, `"accuracy"`, `"macro_f1"` or `"loss"` (the cross-entropy
            of expressions, the least is best).
        keep: `"best"`, the epoch that `monitor` decides for, or `"last"`, for
            targets that are much softer than labels and a rate that ends at 0.
    """

    name: str = "constant"
    decay: float = 0.0
    warmup_steps: int = 0
    epochs: int = 300
    stages: tuple[tuple[int, int], ...] = ()
    head_epochs: int = 0
    head_learning_rate: float = 0.0
    frozen: bool = False
    patience: int = 20
    stop_after: int = 0
    steps_per_epoch: int = 0
    monitor: str = "ccc"
    keep: str = "best"

    def list_sides(self, size: int) -> list[int]:
        """Returns the side of the images in each epoch.

        Args:
            size: Their side without `stages`.
        """
        if not self.stages:
            return [size] * self.epochs
        sides = [side for epochs, side in self.stages for _ in range(epochs)]
        return [sides[0]] * self.head_epochs + sides


@dataclasses.dataclass(frozen=True)
class BatchConfig(SettingGroup):
    """What is computed at once.

    Args:
        size: Windows of an update.
        accumulate: Parts that an update's batch is cut into, to save memory.
        precision: `"float32"`, `"mixed_bfloat16"` or `"mixed_float16"`.
        frames_at_once: Frames whose activations are in memory at once, see
            `emoaff.training.frame_chunks`; 0 for all.
    """

    size: int = 2
    accumulate: int = 1
    precision: str = "float32"
    frames_at_once: int = 0
