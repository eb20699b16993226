"""The groups of settings of `ClipConfig` on what is learned from.

They are plain data; `ClipConfig` checks them together. The other groups are in
`emoaff.training.config_groups`.
"""

import dataclasses

from emoaff.training.setting_group import SettingGroup

VIDEO_MODALITY = "video"


@dataclasses.dataclass(frozen=True)
class DataConfig(SettingGroup):
    """Which corpus is learned from, and what is learned of it.

    Args:
        dataset: Corpus, see `emoaff.corpora`; or several of one kind, `[a,b]`,
            which are joined. (Of several kinds, or with a head for each label:
            the recipe `joint_heads`.)
        merges: Class mappings of corpora, `corpus:class=class`, where the
            tables of `label_space` do not say.
        corpus_weights: Of several corpora, the share of each in an epoch's
            windows; empty for as many as there are.
        train_split: Split to learn from.
        validation_split: Split that decides which epoch is best.
        validation_share: Instead of `validation_split`, this share of the
            subjects of `train_split`; 0 for none, or for a fifth of them
            where the corpus has no `validation_split`.
        held_out: Instead of `validation_split`, this share of the images of
            `train_split`, by their pixels alone, see
            `emoaff.data.sampling.held_out`; for still images.
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
        in_memory: Whether images are kept in memory as they are stored, grey
            ones with one channel, and augmentation changes these in one step,
            instead of copies of `model.size`; for still images of one size.
        calibrate_on: What calibration is fitted on: `"stored"`, the images of
            the validation split, or `"mixed"`, these and a copy of each that
            is changed as in training, so that confidence holds on worse
            images too. The latter needs `in_memory`.
        calibration_share: Where there is no `score_split`: this share of the
            validation people, or recordings where there is only one person,
            is kept for calibration and not scored; 0 for no calibration. With
            a `score_split` calibration is fitted on all of the validation
            split.
        modalities: What is learned from, in this order: `"video"`, the faces,
            and names of other modalities, whose features other programs
            computed, such as `"audio"`; see `emoaff.data.side_inputs`. They
            are standardised by the training data, and a missing one is 0 then.
            For models of windows, as `emoaff.training.clip_models.clip_model`
            builds them.
        side_files: Where these features are, `audio=FOLDER,eda=FOLDER@4`; of a
            modality that is not named, the files that the corpus was built
            with.
        side_rule: How they are brought to frames, `"mean"` or `"nearest"`; see
            `emoaff.data.side_features.SideFeatures.align`.
    """

    dataset: str = ""
    train_split: str = "train"
    validation_split: str = "validation"
    validation_share: float = 0.0
    held_out: float = 0.0
    score_split: str = ""
    label_space: str = ""
    target: str = "arousal_valence"
    features_from: str = ""
    pixels: str = "float32"
    in_memory: bool = False
    calibrate_on: str = "stored"
    calibration_share: float = 0.0
    merges: tuple[str, ...] = ()
    corpus_weights: tuple[float, ...] = ()
    modalities: tuple[str, ...] = (VIDEO_MODALITY,)
    side_files: str = ""
    side_rule: str = "mean"

    @property
    def other_modalities(self) -> tuple[str, ...]:
        """The modalities beside faces."""
        return tuple(m for m in self.modalities if m != VIDEO_MODALITY)

    @property
    def used_side_files(self) -> str:
        """The part of `side_files` that is of its modalities."""
        inner = self.side_files.strip().removeprefix("[").removesuffix("]")
        parts = [part.strip() for part in inner.split(",")]
        return ",".join(
            part
            for part in parts
            if part.partition("=")[0] in self.other_modalities
        )

    @property
    def sees_faces(self) -> bool:
        """Whether faces are learned from."""
        return VIDEO_MODALITY in self.modalities


@dataclasses.dataclass(frozen=True)
class WindowConfig(SettingGroup):
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
class BalanceConfig(SettingGroup):
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
        prior_kept: How much of that is taken back, over 0; below 1 rare
            classes are named more often.
    """

    name: str = "none"
    rare: tuple[str, ...] = ()
    frequent: tuple[str, ...] = ()
    tolerated_share: float = 0.0
    copies: int = 1
    stride: int = 0
    power: float = 1.0
    correct_prior: bool = False
    prior_kept: float = 1.0


@dataclasses.dataclass(frozen=True)
class AugmentationConfig(SettingGroup):
    """How pictures are changed at random while training.

    Args:
        name: One of `emoaff.data.augmentations.AUGMENTATIONS`.
        shrink: How much smaller faces get at most with `"face"`, as in crops
            with so much more around them. This and the next nine are
            arguments of `emoaff.data.face_augmenter.FaceAugmenter`.
        zoom: How much larger faces get at most.
        rotation: Largest rotation, in degrees.
        stretch: Largest relative change of the height against the width.
        blur: Largest blur, in pixels.
        cover: Share of the images that are partly covered.
        dim: Least factor of light.
        surround: Share of the images with another image around them.
        source_blur: Largest blur before the warp, in pixels of the corpus.
        jpeg: Least quality of a JPEG, of 100; a third of the images gets one.
        mixup: Blends pairs of windows; the parameter of the beta distribution
            that draws how, or 0 for none.
    """

    name: str = "none"
    shrink: float = 1.35
    zoom: float = 1.35
    rotation: float = 15.0
    stretch: float = 0.08
    blur: float = 1.5
    cover: float = 0.25
    dim: float = 1.0
    surround: float = 0.0
    source_blur: float = 0.0
    jpeg: float = 100.0
    mixup: float = 0.0

    @property
    def limits(self) -> dict[str, float]:
        """How far images are changed, by `FaceAugmenter`'s names for it."""
        limits = dataclasses.asdict(self)
        del limits["name"], limits["mixup"]
        return limits


@dataclasses.dataclass(frozen=True)
class TeacherConfig(SettingGroup):
    """Whose answers are mixed into the votes (distillation).

    Args:
        preset: A preset of single images, or several, comma between, whose
            answers are averaged; or empty for none. For
            `data.target="distribution"`.
        sees: `"changed"`: it answers the images as the model sees them.
            `"stored"`: those of the corpus and their mirror images, which it
            is asked about once, before training; needs `data.in_memory`. The
            answers are kept in `answers.npy` of the run.
        share: Share of the teacher in the mixture, in `[0, 1]`.
        temperature: See `emoaff.training.teacher.Teacher`.
    """

    preset: str = ""
    sees: str = "changed"
    share: float = 0.5
    temperature: float = 2.0
