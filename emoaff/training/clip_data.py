import pathlib

import numpy as np

from emoaff.corpora.rare_classes import describe_rare_classes
from emoaff.data.recordings import require_labelled
from emoaff.data.sampling import draw_class_weighted_order
from emoaff.data.sampling import draw_epoch_order
from emoaff.data.subject_splits import refuse_shared_subjects
from emoaff.evaluation.frame_features import compute_frame_features
from emoaff.evaluation.sequence_prediction import Frames
from emoaff.evaluation.sequence_prediction import predict_frames
from emoaff.evaluation.sequence_prediction import predict_windows
from emoaff.labels import AFFECT_TARGETS
from emoaff.training.batch_changes import change_batches
from emoaff.training.batch_changes import make_augmenter
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_splits import read_splits
from emoaff.training.clip_windows import cut_covering_windows
from emoaff.training.clip_windows import cut_training_windows
from emoaff.training.corpus_lists import share_out
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.image_memory import ImageMemory
from emoaff.training.modalities import read_sides
from emoaff.training.objectives import class_counts
from emoaff.training.teacher import load_teachers


class ClipData:
    """The windows of a recipe: cut, balanced, and drawn again each epoch.

    Everything is decided on labels; no image is read here, unless
    `data.in_memory` or `data.held_out` ask for it.

    Args:
        config: The run's settings.
        data_dir: Where the corpus was built.
        out: Folder of the run, where features of frames and answers of
            teachers are kept.
        report: Called with lines about what there is.
        splits: Two `Recordings` to use instead of the corpus's own splits,
            training and validation, or `None`.

    Attributes:
        training: `Frames` to learn from.
        validation: `Frames` that decide which epoch is best.
        windows: The windows of an epoch, those added for balance included.
        validation_windows: Windows that reach every usable validation frame.
        sides: `SideInput` of each modality but faces, of the training split.
        memory: The `ImageMemory` that images come from, or `None`.
        steps: Updates of an epoch.

    Raises:
        ValueError: If a split has no label of the target, a window is longer
            than every recording, a subject is in both splits, there are fewer
            windows than a batch holds, or a class to be balanced is unknown.
        FileNotFoundError: If the corpus was not built.
    """

    def __init__(self, config: ClipConfig, data_dir, out, report, splits=None):
        self.config = config
        splits = read_splits(config, data_dir, report, splits)
        training, validation = splits
        refuse_shared_subjects({"training": training, "validation": validation})
        self.target = config.data.target
        self.labels = self.target
        if self.target in AFFECT_TARGETS:
            self.labels = "valence"
        for recordings in splits:
            require_labelled(recordings, self.labels)
        self.space = training.space
        sides = read_sides(config, splits, report)
        self.sides = sides[0]
        self.training, self.validation = (
            Frames(
                recordings,
                config.model.size,
                compute_frame_features(
                    config.data.features_from, recordings, out, report
                ),
                {modality: side.values for modality, side in some.items()},
                config.data.sees_faces,
            )
            for recordings, some in zip(splits, sides, strict=True)
        )
        self.windows = cut_training_windows(
            config, training, self.labels, report
        )
        self.validation_windows = cut_covering_windows(
            config, validation, self.labels
        )
        self._count = self._count_drawn()
        self.memory = None
        if config.data.in_memory:
            self.memory = ImageMemory(config, training, validation)
        self._teachers = load_teachers(config.teacher, self.space)
        if self._teachers and config.teacher.sees == "stored":
            file = pathlib.Path(out, "answers.npy")
            self.memory.ask_once(self._teachers, self.windows.rows[:, 0], file)
            self._teachers = []
        self.steps = self._count // config.batch.size
        report(
            f"{len(training.names)} recordings, {len(training)} frames, "
            f"{len(self.windows)} windows to train on; "
            f"{len(validation.names)} recordings, {len(validation)} frames to "
            "validate"
        )
        self._report_rare_classes(report)

    def _report_rare_classes(self, report):
        if not self.space or self.target in AFFECT_TARGETS:
            return
        classes = self.list_classes()
        pairs = np.stack(
            np.broadcast_arrays(classes, self.windows.recording[:, None])
        )
        seen = np.unique(pairs[:, classes >= 0], axis=1)[0]
        counts = np.bincount(seen, minlength=self.classes).tolist()
        named = dict(zip(self.space.classes, counts, strict=True))
        for sentence in describe_rare_classes(named):
            report(f"note: {sentence}")

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
        if config.balance.name == "classes":
            return draw_class_weighted_order(
                self.list_classes(),
                self._count,
                config.balance.power,
                config.seed,
                epoch,
            )
        if config.data.corpus_weights:
            return self._draw_by_corpus(epoch)
        rounds = -(-self._count // len(self.windows))
        passes = [
            draw_epoch_order(len(self.windows), config.seed, epoch * rounds + k)
            for k in range(rounds)
        ]
        return np.concatenate(passes)[: self._count]

    def _draw_by_corpus(self, epoch):
        """Windows of each corpus in its share, each as often as the next."""
        config = self.config
        corpora = split_datasets(config.data.dataset)
        names = self.training.recordings.names
        of = [
            [n.startswith(f"{c}/") for c in corpora].index(True) for n in names
        ]
        of_window = np.array(of)[self.windows.recording]
        counts = share_out(
            self._count, config.data.corpus_weights, len(corpora)
        )
        drawn = []
        for number, count in enumerate(counts):
            some = np.flatnonzero(of_window == number)
            rounds = -(-count // len(some))
            passes = [
                some[
                    draw_epoch_order(len(some), config.seed, epoch * rounds + k)
                ]
                for k in range(rounds)
            ]
            drawn.append(np.concatenate(passes)[:count])
        mixed = np.concatenate(drawn)
        return mixed[draw_epoch_order(len(mixed), config.seed, epoch)]

    def batches(self, epoch, first_step, shard):
        """See `emoaff.training.Experiment.batches`."""
        config, batch = self.config, self.config.batch
        first, augment = first_step * batch.accumulate, None
        images, arguments = self.training, {}
        if self.memory is not None:
            images, augment = self.memory, self.memory.make_change(epoch)
        else:
            arguments = {
                "label_of": config.window.label_of,
                "squeeze": config.window.frames == 1,
            }
            if self.training.features is None:
                arguments |= {
                    "augment": make_augmenter(config, of_single_pictures=False),
                    "dtype": config.data.pixels,
                    "seed": (config.seed, epoch),
                }
        made = images.batches(
            self.windows,
            self.order(epoch),
            batch.size // batch.accumulate,
            targets=(self.target,),
            first_step=first,
            drop_remainder=True,
            shard=shard,
            **arguments,
        )
        return change_batches(
            made, config, epoch, first, shard, self._teachers, augment
        )

    def predict(self, model, side: int = 0) -> np.ndarray:
        """Runs a model on the validation split.

        Args:
            model: Of one output.
            side: See `ImageMemory.predict`; of no meaning for other images.

        Returns:
            float `(n, c)`, its answer for each frame; NaN where no window
            reached.
        """
        if self.memory is not None:
            return self.memory.predict(model, side)
        if self.config.window.frames == 1 and self.validation.features is None:
            answers = predict_frames(model, self.validation)
        else:
            answers = predict_windows(
                model,
                self.validation,
                self.validation_windows,
                self.config.batch.size,
            )
        return answers.get("", answers.get(self.target))

    def describe(self, epoch: int, step: int) -> str:
        """Names the recordings in one update's batch."""
        size = self.config.batch.size
        drawn = self.order(epoch)[step * size : (step + 1) * size]
        names = self.training.recordings.names
        seen = dict.fromkeys(names[r] for r in self.windows.recording[drawn])
        return "recordings " + ", ".join(seen)

    def class_counts(self) -> np.ndarray | None:
        """Labelled frames of each class in an epoch's windows, or `None`."""
        if self.target in AFFECT_TARGETS:
            return None
        return class_counts(
            self.training.recordings, self.windows.rows, self.target
        )

    def count_windows_by_class(self) -> np.ndarray:
        """How many training windows there are of each class, by last frame."""
        classes = self.list_classes()[:, -1]
        return np.bincount(classes[classes >= 0], minlength=self.classes)

    def list_classes(self) -> np.ndarray:
        """Class of each frame of the training windows, by the most votes.

        Returns:
            int `(windows, frames)`; -1 where there is no label, or no frame.
        """
        recordings, rows = self.training.recordings, self.windows.rows
        if self.labels == "expression":
            labels = recordings.expression
        else:
            table = getattr(recordings, self.labels)
            known = np.isfinite(table).all(axis=1)
            labels = np.where(known, np.nan_to_num(table).argmax(axis=1), -1)
        return np.where(rows >= 0, labels[rows], -1)

    def _count_drawn(self):
        config, size = self.config, self.config.batch.size
        if len(self.windows) < size:
            raise ValueError(
                f"Expected at least {size} windows of "
                f"{config.window.frames} frames in {config.data.dataset} "
                f"{config.data.train_split}, as many as a batch holds. Found "
                f"{len(self.windows)}. Lower batch.size or window.frames."
            )
        if config.schedule.steps_per_epoch:
            return config.schedule.steps_per_epoch * size
        return len(self.windows) // size * size
