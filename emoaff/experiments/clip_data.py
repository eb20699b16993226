import dataclasses

import numpy as np
import tensorflow as tf

from emoaff import labels
from emoaff.data.clip_augmenter import ClipAugmenter
from emoaff.data.clip_augmenter import mixup
from emoaff.data.face_augmenter import FaceAugmenter
from emoaff.data.histogram_downsampling import histogram_downsampling
from emoaff.data.joined_recordings import in_space
from emoaff.data.recordings import load_recordings
from emoaff.data.recordings import require_labelled
from emoaff.data.sampling import class_weighted_order
from emoaff.data.sampling import epoch_order
from emoaff.data.subject_splits import refuse_shared_subjects
from emoaff.data.subject_splits import split_by_subject
from emoaff.data.thinning import thinned_rows
from emoaff.data.window_oversampling import oversampling_table
from emoaff.data.window_oversampling import rare_window_copies
from emoaff.data.windows import Windows
from emoaff.data.windows import one_step_ahead
from emoaff.data.windows import sliding
from emoaff.experiments.clip_config import AFFECT_TARGETS
from emoaff.experiments.clip_config import ClipConfig
from emoaff.experiments.frame_features import frame_features
from emoaff.experiments.objectives import class_counts
from emoaff.sequence_prediction import Frames


class ClipData:
    """The windows of a recipe: cut, balanced, and drawn anew each epoch.

    Everything is decided on labels; no picture is read here.

    Args:
        config: The run's settings.
        data_dir: Where the corpus was built.
        out: Folder of the run, where features of frames are kept.
        report: Called with lines about what there is.
        splits: Two `Recordings` to use instead of the corpus's own splits,
            training and validation, or `None`.

    Attributes:
        training: `Frames` to learn from.
        validation: `Frames` that decide which epoch is best.
        windows: The windows of an epoch, those added for balance included.
        validation_windows: Windows that reach every usable validation frame.
        steps: Updates of an epoch.

    Raises:
        ValueError: If a split has no label of the target, a window is longer
            than every recording, a subject is in both splits, there are fewer
            windows than a batch holds, or a class to be balanced is unknown.
        FileNotFoundError: If the corpus was not built.
    """

    def __init__(self, config: ClipConfig, data_dir, out, report, splits=None):
        self.config = config
        splits = _in_space(splits or _read(config, data_dir), config, report)
        training, validation = splits
        refuse_shared_subjects({"training": training, "validation": validation})
        self.labels = config.target
        if config.target in AFFECT_TARGETS:
            self.labels = "valence"
        for recordings in splits:
            require_labelled(recordings, self.labels)
        self.space = training.space
        self.training, self.validation = (
            Frames(
                recordings,
                config.size,
                frame_features(config, recordings, out, report),
            )
            for recordings in splits
        )
        self.windows = self._balanced(report)
        self.validation_windows = self._covering(validation)
        self._count = self._drawn_in_an_epoch()
        self.steps = self._count // config.batch_size
        report(
            f"{len(training.names)} recordings, {len(training)} frames, "
            f"{len(self.windows)} windows to train on; "
            f"{len(validation.names)} recordings, {len(validation)} frames to "
            "validate"
        )

    @property
    def classes(self) -> int:
        """Number of classes of the corpus, 0 if it has none."""
        return len(self.space) if self.space else 0

    @property
    def feature_count(self) -> int:
        """Numbers of each frame; only where features are learned from."""
        return self.training.features.shape[1]

    def order(self, epoch: int) -> np.ndarray:
        """The windows of a 0-based epoch, in the order of training."""
        config = self.config
        if config.balance == "classes":
            return class_weighted_order(
                self._classes(),
                self._count,
                config.balance_power,
                config.seed,
                epoch,
            )
        rounds = -(-self._count // len(self.windows))
        passes = [
            epoch_order(len(self.windows), config.seed, epoch * rounds + k)
            for k in range(rounds)
        ]
        return np.concatenate(passes)[: self._count]

    def batches(self, epoch, first_step, shard):
        """See `emoaff.experiments.Experiment.batches`."""
        config = self.config
        arguments = {}
        if self.training.features is None:
            arguments = {
                "augment": _augmenter(config),
                "seed": (config.seed, epoch),
            }
        made = self.training.batches(
            self.windows,
            self.order(epoch),
            config.batch_size // config.accumulate,
            targets=(config.target,),
            label_of=config.label_of,
            first_step=first_step * config.accumulate,
            drop_remainder=True,
            shard=shard,
            squeeze=config.frames == 1,
            **arguments,
        )
        first = first_step * config.accumulate
        return _changed(made, config, epoch, first, shard)

    def describe(self, epoch: int, step: int) -> str:
        """Names the recordings in one update's batch."""
        size = self.config.batch_size
        drawn = self.order(epoch)[step * size : (step + 1) * size]
        names = self.training.recordings.names
        seen = dict.fromkeys(names[r] for r in self.windows.recording[drawn])
        return "recordings " + ", ".join(seen)

    def class_counts(self) -> np.ndarray | None:
        """Labelled frames of each class in an epoch's windows, or `None`."""
        if self.config.target in AFFECT_TARGETS:
            return None
        return class_counts(
            self.training.recordings, self.windows.rows, self.config.target
        )

    def _cut(self, recordings, stride, tail, usable):
        config = self.config
        if config.rule == "one_step_ahead":
            mask = ~np.isnan(recordings.valence) & ~np.isnan(recordings.arousal)
            if usable is not None:
                mask &= usable
            return one_step_ahead(recordings, mask, config.frames)
        return sliding(
            recordings,
            config.frames,
            stride or config.frames,
            tail=tail,
            labelled=_labelled(recordings, self.labels),
            usable=usable,
        )

    def _usable(self, recordings):
        if not self.config.sample_hz:
            return None
        rates = [
            _rate(recordings.time[recordings.frames_of(number)])
            for number in range(len(recordings.names))
        ]
        return thinned_rows(
            recordings, rates, target=self.config.sample_hz, slow="keep"
        )

    def _covering(self, recordings):
        tail = "drop" if self.config.frames == 1 else "repeat"
        stride = 0 if self.config.label_of == "frames" else self.config.stride
        return self._cut(recordings, stride, tail, self._usable(recordings))

    def _balanced(self, report):
        config, recordings = self.config, self.training.recordings
        usable = self._usable(recordings)
        if config.balance.startswith("histogram"):
            keep, _ = histogram_downsampling(
                recordings.valence,
                recordings.arousal,
                mode=config.balance.removeprefix("histogram_"),
                seed=config.seed,
            )
            report(f"balance: {keep.sum()} of {len(keep)} frames kept")
            usable = keep if usable is None else usable & keep
        base = self._cut(recordings, config.stride, config.tail, usable)
        if config.balance != "oversample":
            return base
        return self._with_rare(base, usable, report)

    def _with_rare(self, base, usable, report):
        config, recordings = self.config, self.training.recordings
        if config.target == "expression":
            recordings = dataclasses.replace(recordings, emotions=None)
        stride = config.oversample_stride
        windows = self._cut(recordings, stride, "drop", usable)
        frequent = [self.space.index(name) for name in config.frequent]
        rare = [self.space.index(name) for name in config.rare] or [
            c for c in range(len(self.space)) if c not in frequent
        ]
        copies = rare_window_copies(
            recordings,
            windows,
            rare,
            frequent,
            tolerated_share=config.tolerated_share,
            copies=config.copies,
            base=base,
            seed=config.seed,
        )
        table = oversampling_table(recordings, windows, copies, base=base)
        changes = (f"{c} {a:.0f} -> {b:.0f}" for c, (a, b) in table.items())
        report(f"balance, frames of each class: {', '.join(changes)}")
        added = windows.take(np.repeat(np.arange(len(windows)), copies))
        return Windows(
            np.concatenate([base.rows, added.rows]),
            np.concatenate([base.recording, added.recording]),
        )

    def _classes(self):
        recordings, rows = self.training.recordings, self.windows.rows
        if self.labels == "expression":
            labels = recordings.expression
        else:
            table = getattr(recordings, self.labels)
            known = np.isfinite(table).all(axis=1)
            labels = np.where(known, np.nan_to_num(table).argmax(axis=1), -1)
        return np.where(rows >= 0, labels[rows], -1)

    def _drawn_in_an_epoch(self):
        config = self.config
        if len(self.windows) < config.batch_size:
            raise ValueError(
                f"Expected at least {config.batch_size} windows of "
                f"{config.frames} frames in {config.dataset} "
                f"{config.train_split}, as many as a batch holds. Found "
                f"{len(self.windows)}. Lower batch_size or frames."
            )
        if config.steps_per_epoch:
            return config.steps_per_epoch * config.batch_size
        return len(self.windows) // config.batch_size * config.batch_size


def _read(config, data_dir):
    training = load_recordings(config.dataset, config.train_split, data_dir)
    if not config.validation_share:
        name = config.validation_split
        return training, load_recordings(config.dataset, name, data_dir)
    share = config.validation_share
    parts = split_by_subject(
        training.subjects,
        {"train": 1.0 - share, "validation": share},
        config.seed,
    )
    return [training.subset(parts[name]) for name in ("train", "validation")]


def _in_space(splits, config, report):
    """The splits with the classes of `config.label_space`."""
    if not config.label_space:
        return splits
    mapping = labels.mapping(splits[0].space, config.label_space)
    if mapping.dropped or mapping.unreached:
        report(
            f"classes of {splits[0].space.name} without a place in "
            f"{config.label_space}: {', '.join(mapping.dropped) or 'none'}; "
            f"not reached there: {', '.join(mapping.unreached) or 'none'}"
        )
    return [in_space(split, config.label_space) for split in splits]


def _labelled(recordings, name):
    values = getattr(recordings, name)
    if name == "expression":
        return values >= 0
    known = np.isfinite(values)
    return known if known.ndim == 1 else known.any(axis=1)


def _rate(times):
    """Frames per second of one recording; NaN for a single frame."""
    if len(times) < 2:
        return np.nan
    return 1.0 / max(float(np.median(np.diff(times))), 1e-6)


def _changed(batches, config, epoch, first, shard):
    """The batches after what is done to a batch as a whole."""
    if config.augment != "face" and not config.mixup:
        return batches
    seeds = tf.constant([config.seed, epoch])
    augment = FaceAugmenter(size=config.size)

    def change(number, batch):
        x, y = batch
        seed = tf.random.experimental.stateless_fold_in(
            seeds, (tf.cast(number, tf.int32) + first) * 4096 + shard[0]
        )
        if config.augment == "face":
            x = augment(x, seed)
        if config.mixup:
            x, y = mixup(x, y, seed, config.mixup)
        return x, y

    changed = batches.enumerate().map(
        change, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
    )
    return changed.prefetch(2)


def _augmenter(config):
    return {
        "none": lambda: None,
        "face": lambda: None,
        "flip": lambda: ClipAugmenter.flip_only(config.size),
        "tzirakis": lambda: ClipAugmenter.tzirakis(config.size),
        "strong": lambda: ClipAugmenter.strong(config.size),
    }[config.augment]()
