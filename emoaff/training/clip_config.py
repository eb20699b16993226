import dataclasses

from emoaff.labels import AFFECT_TARGETS
from emoaff.presets import weights_file


@dataclasses.dataclass(frozen=True)
class ClipConfig:
    """Settings of a recipe that learns from windows of frames.

    Each recipe has defaults of its own for these, and says where its paper
    decides them and where it leaves them open.

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
            `emoaff.labels.mapping`; empty for its own. Classes without a place
            there become unlabelled.
        target: What is learned, and the name of the model's output:
            `"arousal_valence"`, `"valence_arousal"`, `"expression"`,
            `"emotions"` (several classes at once) or `"distribution"` (votes).
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
        size: Side of the pictures in pixels.
        backbone: Image model, see `emoaff.models.backbones.build_backbone`.
        grey: Whether the model turns pictures into grey before anything else,
            for corpora that have no colour; only with `still_model` of
            `emoaff.training.clip_models`.
        temporal: `"lstm"`, `"gru"` or `""` for no memory.
        units: Width of each recurrent layer.
        dropout: Before each recurrent layer and before the output.
        features_from: Preset folder, or run, whose layer `features` turns each
            frame into numbers beforehand; empty to learn from pictures.
        balance: How windows are drawn. `"none"`: each once an epoch.
            `"oversample"`: windows with a `rare` class and no `frequent` one
            are added (Tzirakis et al.). `"histogram_paper"` and
            `"histogram_fixed"`: frames are thinned out by their valence and
            arousal (Rangulov and Fahim). `"classes"`: classes are drawn in
            proportion to their counts to the power `1 - balance_power`.
        rare: Class names for `"oversample"`; all but `frequent` if empty.
        frequent: Class names for `"oversample"`.
        tolerated_share: Share of a window that may be `frequent` all the same.
        copies: How often such a window is added.
        oversample_stride: From one such window to the next; 0 for `frames`.
        balance_power: In `[0, 1]`, for `"classes"`.
        correct_prior: Whether calibration also takes back part of such a
            balance, see `emoaff.presets.calibration.fit_calibration`.
        augment: `"none"`, `"flip"`, `"tzirakis"` (crop, saturation,
            brightness), `"strong"` (all of `emoaff.data.clip_augmenter`), or
            for single pictures `"face"` (`emoaff.data.face_augmenter`).
        shrink: How much smaller faces get at most with `"face"`, as in crops
            with so much more around them.
        teacher: A preset of single pictures whose answers to the changed
            pictures are mixed into the votes (distillation), or empty. For
            `target="distribution"`.
        teacher_share: Share of the teacher in the mixture, in `[0, 1]`.
        teacher_temperature: See `emoaff.training.teacher.Teacher`.
        pixels: Dtype of pictures on their way to the model: `"float32"`, or
            `"uint8"`, which is rounded, and a quarter of the memory and of
            what travels to a GPU.
        mixup: Blends pairs of windows; the parameter of the beta distribution
            that draws how, or 0 for none.
        loss: `"ccc"` (of each window), `"ccc_batch"` (of all frames of a
            batch), `"sigmoid"`, `"crossentropy"` or `"mse"`.
        class_weights: `"none"`, or reciprocal counts scaled as
            `emoaff.losses.reciprocal_weights` says: `"mean"`, `"sum"`,
            `"raw"` or `"max"`.
        label_smoothing: In `[0, 1)`, for `"crossentropy"`.
        optimizer: `"adam"`, `"adamw"`, `"sgd"` or `"rmsprop"`.
        learning_rate: The highest.
        momentum: For `"sgd"`.
        weight_decay: For `"adamw"`.
        schedule: `"constant"`, `"cosine"` (to 0 at the last epoch) or
            `"inverse_time"` (`rate / (1 + decay * step)`).
        decay: For `"inverse_time"`.
        ema: Momentum of averaged weights, which are then what is scored and
            kept; 0 for none.
        epochs: At most so many.
        head_epochs: Of these, how many train only what is new, at first.
        frozen: Whether only what is new is trained, in all epochs.
        patience: Stop after so many epochs without a better `monitor`; 0 for
            never.
        stop_after: Ends after so many epochs, on the schedule for `epochs`; 0
            for never.
        steps_per_epoch: Updates of an epoch; 0 for all windows once.
        batch_size: Windows of an update.
        accumulate: Parts that an update's batch is cut into, to save memory.
        clip_norm: Largest norm of the whole gradient; 0 for no limit.
        precision: `"float32"`, `"mixed_bfloat16"` or `"mixed_float16"`.
        frames_at_once: Frames whose activations are in memory at once, see
            `emoaff.training.frame_chunks`; 0 for all.
        start: Weights to begin with: empty (random), `"imagenet"`, a
            `.weights.h5` file of the backbone, or a preset folder or run, of
            which every layer with the same name and shapes is taken.
        stored: How the preset keeps its weights: `"float16"`, `"float32"` or
            `"int8"`, see `emoaff.presets.weights_file`.
        monitor: Measure on the validation split that decides: `"ccc"`,
            `"uar"`, `"accuracy"` or `"macro_f1"`.
        seed: Of weights, draws and augmentation.
    """

    dataset: str = ""
    train_split: str = "train"
    validation_split: str = "validation"
    validation_share: float = 0.0
    score_split: str = ""
    label_space: str = ""
    target: str = "arousal_valence"
    frames: int = 150
    stride: int = 0
    rule: str = "sliding"
    tail: str = "drop"
    sample_hz: float = 0.0
    label_of: str = "frames"
    size: int = 150
    backbone: str = "resnet50"
    grey: bool = False
    temporal: str = "lstm"
    units: tuple[int, ...] = (256, 256)
    dropout: float = 0.0
    features_from: str = ""
    balance: str = "none"
    rare: tuple[str, ...] = ()
    frequent: tuple[str, ...] = ()
    tolerated_share: float = 0.0
    copies: int = 1
    oversample_stride: int = 0
    balance_power: float = 1.0
    correct_prior: bool = False
    augment: str = "none"
    shrink: float = 1.35
    teacher: str = ""
    teacher_share: float = 0.5
    teacher_temperature: float = 2.0
    pixels: str = "float32"
    mixup: float = 0.0
    loss: str = "ccc"
    class_weights: str = "none"
    label_smoothing: float = 0.0
    optimizer: str = "adam"
    learning_rate: float = 4e-5
    momentum: float = 0.9
    weight_decay: float = 1e-2
    schedule: str = "constant"
    decay: float = 0.0
    ema: float = 0.0
    epochs: int = 300
    head_epochs: int = 0
    frozen: bool = False
    patience: int = 20
    stop_after: int = 0
    steps_per_epoch: int = 0
    batch_size: int = 2
    accumulate: int = 1
    clip_norm: float = 0.0
    precision: str = "float32"
    frames_at_once: int = 0
    start: str = ""
    stored: str = "float16"
    monitor: str = "ccc"
    seed: int = 0

    def __post_init__(self):
        # JSON, which settings are stored as, knows no tuples.
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, list):
                object.__setattr__(self, field.name, tuple(value))
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(known)}. Received: "
                    f"{name}={getattr(self, name)!r}."
                )
        for name in ("frames", "size", "epochs", "batch_size", "accumulate"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"`{name}` must be at least 1. Received: "
                    f"{name}={getattr(self, name)}."
                )
        if self.batch_size % self.accumulate:
            raise ValueError(
                "`batch_size` must be a multiple of `accumulate`. Received: "
                f"batch_size={self.batch_size}, accumulate={self.accumulate}."
            )
        if self.augment == "face" and self.frames > 1:
            raise ValueError(
                "augment=face changes each picture by itself, so it is for "
                f"frames=1. Received: frames={self.frames}. Use strong."
            )
        if self.teacher and (self.frames > 1 or self.target != "distribution"):
            raise ValueError(
                "`teacher` is for target=distribution and frames=1. Received: "
                f"target={self.target}, frames={self.frames}. Leave it empty."
            )
        if self.pixels == "uint8" and (self.mixup or self.augment == "face"):
            raise ValueError(
                "pixels=uint8 is for windows that are not blended, so neither "
                "for mixup nor for augment=face. Received: "
                f"mixup={self.mixup}, augment={self.augment}. Use float32."
            )
        if self.shrink < 1:
            raise ValueError(
                f"`shrink` must be at least 1. Received: shrink={self.shrink}."
            )
        if self.head_epochs >= self.epochs:
            raise ValueError(
                "`head_epochs` must be less than `epochs`. Received: "
                f"head_epochs={self.head_epochs}, epochs={self.epochs}."
            )


CLASS_TARGETS = ("expression", "emotions", "distribution")
CHOICES = {
    "target": (*AFFECT_TARGETS, *CLASS_TARGETS),
    "rule": ("sliding", "one_step_ahead"),
    "label_of": ("frames", "last", "mode"),
    "balance": (
        "none",
        "oversample",
        "histogram_paper",
        "histogram_fixed",
        "classes",
    ),
    "augment": ("none", "flip", "tzirakis", "strong", "face"),
    "pixels": ("float32", "uint8"),
    "temporal": ("lstm", "gru", ""),
    "loss": ("ccc", "ccc_batch", "sigmoid", "crossentropy", "mse"),
    "class_weights": ("none", "mean", "sum", "raw", "max"),
    "optimizer": ("adam", "adamw", "sgd", "rmsprop"),
    "schedule": ("constant", "cosine", "inverse_time"),
    "precision": ("float32", "mixed_bfloat16", "mixed_float16"),
    "stored": weights_file.DTYPES,
    "monitor": ("ccc", "uar", "accuracy", "macro_f1"),
}
