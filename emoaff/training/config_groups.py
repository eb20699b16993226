"""The groups of settings that `ClipConfig` is made of.

They are plain data; `ClipConfig` checks them together.
"""

import dataclasses


class _Group:
    """Turns lists, which JSON has for tuples, back into tuples."""

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, list):
                object.__setattr__(self, field.name, tuple(value))


@dataclasses.dataclass(frozen=True)
class DataConfig(_Group):
    """Which corpus is learned from, and what is learned of it.

    Args:
        dataset: Corpus, see `emoaff.corpora`.
        train_split: Split to learn from.
        validation_split: Split that decides which epoch is best.
        validation_share: Instead of `validation_split`, this share of the
            subjects of `train_split`; 0 for none, or for a fifth of them
            where the corpus has no `validation_split`.
        score_split: Split that the finished preset is scored on; empty for
            `validation_split`.
        label_space: Label space to read the corpus's classes in, see
            `emoaff.labels.make_mapping`; empty for its own. Classes without a
            place there become unlabelled.
        target: What is learned, and the name of the model's output:
            `"arousal_valence"`, `"valence_arousal"`, `"expression"`,
            `"emotions"` (several classes at once) or `"distribution"` (votes).
        features_from: Preset folder, or run, whose layer `features` turns each
            frame into numbers beforehand; empty to learn from pictures.
        pixels: Dtype of pictures on their way to the model: `"float32"`, or
            `"uint8"`, which is rounded, and a quarter of the memory and of
            what travels to a GPU.
    """

    dataset: str = ""
    train_split: str = "train"
    validation_split: str = "validation"
    validation_share: float = 0.0
    score_split: str = ""
    label_space: str = ""
    target: str = "arousal_valence"
    features_from: str = ""
    pixels: str = "float32"


@dataclasses.dataclass(frozen=True)
class WindowConfig(_Group):
    """How recordings are cut into windows.

    Args:
        frames: Frames in a window; 1 for models of single pictures.
        stride: From one window to the next while training; 0 for `frames`.
        rule: `"sliding"`, or `"one_step_ahead"` (Rangulov and Fahim), see
            `emoaff.data.windows`.
        tail: What becomes of the end of a recording while training, see
            `emoaff.data.windows.sliding`.
        sample_hz: Frames are thinned out to this rate first, as
            `emoaff.data.thinning.every_nth` does; 0 keeps all.
        label_of: `"frames"` (a label a frame), `"last"` or `"mode"` (one a
            window).
    """

    frames: int = 150
    stride: int = 0
    rule: str = "sliding"
    tail: str = "drop"
    sample_hz: float = 0.0
    label_of: str = "frames"


@dataclasses.dataclass(frozen=True)
class BalanceConfig(_Group):
    """How often each window is drawn.

    Args:
        name: `"none"`: each once an epoch. `"oversample"`: windows with a
            `rare` class and no `frequent` one are added (Tzirakis et al.).
            `"histogram_paper"` and `"histogram_fixed"`: frames are thinned out
            by their valence and arousal (Rangulov and Fahim). `"classes"`:
            classes are drawn in proportion to their counts to the power
            `1 - power`.
        rare: Class names for `"oversample"`; all but `frequent` if empty.
        frequent: Class names for `"oversample"`.
        tolerated_share: Share of a window that may be `frequent` all the same.
        copies: How often such a window is added.
        stride: From one such window to the next; 0 for `window.frames`.
        power: In `[0, 1]`, for `"classes"`.
        correct_prior: Whether calibration also takes back part of such a
            balance, see `emoaff.presets.calibration.fit_calibration`.
    """

    name: str = "none"
    rare: tuple[str, ...] = ()
    frequent: tuple[str, ...] = ()
    tolerated_share: float = 0.0
    copies: int = 1
    stride: int = 0
    power: float = 1.0
    correct_prior: bool = False


@dataclasses.dataclass(frozen=True)
class AugmentationConfig(_Group):
    """How pictures are changed at random while training.

    Args:
        name: One of `emoaff.data.augmentations.AUGMENTATIONS`.
        shrink: How much smaller faces get at most with `"face"`, as in crops
            with so much more around them.
        mixup: Blends pairs of windows; the parameter of the beta distribution
            that draws how, or 0 for none.
    """

    name: str = "none"
    shrink: float = 1.35
    mixup: float = 0.0


@dataclasses.dataclass(frozen=True)
class TeacherConfig(_Group):
    """Whose answers are mixed into the votes (distillation).

    Args:
        preset: A preset of single pictures that answers the changed pictures,
            or empty for none. For `data.target="distribution"`.
        share: Share of the teacher in the mixture, in `[0, 1]`.
        temperature: See `emoaff.training.teacher.Teacher`.
    """

    preset: str = ""
    share: float = 0.5
    temperature: float = 2.0


@dataclasses.dataclass(frozen=True)
class ModelConfig(_Group):
    """The network, its first weights and how they are kept.

    Args:
        size: Side of the pictures in pixels; 0, in a recipe that goes on from
            a preset, for that preset's.
        backbone: Image model, see `emoaff.models.backbones.build_backbone`.
        grey: Whether the model turns pictures into grey before anything else,
            for corpora that have no colour; only with `still_model` of
            `emoaff.training.clip_models`.
        temporal: `"lstm"`, `"gru"` or `""` for no memory.
        units: Width of each recurrent layer.
        dropout: Before each recurrent layer and before the output.
        start: Weights to begin with: empty (random), `"imagenet"`, a
            `.weights.h5` file of the backbone, or a preset folder or run, of
            which every layer with the same name and shapes is taken.
        stored: How the preset keeps its weights: `"float16"`, `"float32"` or
            `"int8"`, see `emoaff.presets.weights_file`.
    """

    size: int = 150
    backbone: str = "resnet50"
    grey: bool = False
    temporal: str = "lstm"
    units: tuple[int, ...] = (256, 256)
    dropout: float = 0.0
    start: str = ""
    stored: str = "float16"


@dataclasses.dataclass(frozen=True)
class LossConfig(_Group):
    """The loss that is trained on.

    Args:
        name: One of `emoaff.training.objectives.LOSSES`.
        class_weights: `"none"`, or reciprocal counts scaled as
            `emoaff.losses.reciprocal_weights` says: `"mean"`, `"sum"`,
            `"raw"` or `"max"`.
        label_smoothing: In `[0, 1)`, for `"crossentropy"`.
    """

    name: str = "ccc"
    class_weights: str = "none"
    label_smoothing: float = 0.0


@dataclasses.dataclass(frozen=True)
class OptimizerConfig(_Group):
    """The optimizer that turns gradients into updates.

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
class ScheduleConfig(_Group):
    """How long is trained, how the rate falls, and which epoch is best.

    Args:
        name: One of `emoaff.training.optimizers.SCHEDULES`: `"constant"`,
            `"cosine"` (to 0 at the last epoch) or `"inverse_time"`
            (`rate / (1 + decay * step)`).
        decay: For `"inverse_time"`.
        warmup_steps: Updates over which the rate rises from 0 to its highest,
            for `"cosine"`.
        epochs: At most so many.
        head_epochs: Of these, how many train only what is new, at first.
        frozen: Whether only what is new is trained, in all epochs.
        patience: Stop after so many epochs without a better `monitor`; 0 for
            never.
        stop_after: Ends after so many epochs, on the schedule for `epochs`; 0
            for never.
        steps_per_epoch: Updates of an epoch; 0 for all windows once.
        monitor: Measure on the validation split that decides: `"ccc"`,
            `"uar"`, `"accuracy"` or `"macro_f1"`.
    """

    name: str = "constant"
    decay: float = 0.0
    warmup_steps: int = 0
    epochs: int = 300
    head_epochs: int = 0
    frozen: bool = False
    patience: int = 20
    stop_after: int = 0
    steps_per_epoch: int = 0
    monitor: str = "ccc"


@dataclasses.dataclass(frozen=True)
class BatchConfig(_Group):
    """How much is computed at once.

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
