import abc
import dataclasses
import json
import pathlib
import shutil

import numpy as np
import tensorflow_datasets as tfds

from emoaff import labels
from emoaff.building import build_report
from emoaff.building.build_report import BuildReport
from emoaff.building.corpus_about import CorpusAbout
from emoaff.building.cutting import CropSettings
from emoaff.building.cutting import cut_all
from emoaff.building.source_tree import SourceTree
from emoaff.building.work_folder import WorkFolder

_ORDER = ("train", "validation", "test")


class CorpusBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """What the builders of all corpora have in common.

    A corpus implements `survey`, or what `RecordingCorpus` and
    `PictureCorpus` make of it, and says in class attributes:

    - `LABEL_SPACE`: a name of `emoaff.labels.names()`; None where the classes
      are found in the folder and `survey` puts them into `report.classes`;
      `""` where there are none.
    - `ABOUT`: see `CorpusAbout`.
    - `EXTRA`: features beside valence, arousal and expression: `emotions`,
      `votes` or `action_units`, with the names of their columns. A property
      `extra` instead where that follows from the configuration, as
      `LABEL_SPACE` may be a property too.
    - `PUBLISHED`: for a configuration and a split, counts that publications
      give, such as `{"default": {"train": {"recordings": 252}}}`. Others
      give a note, never an error.

    Attributes:
        processes: How many processes cut faces; 1 unless set.
    """

    FIRST = tfds.core.Version("1.0.0")
    OWN_PROGRESS = True
    LABEL_SPACE: str | None = None
    ABOUT: CorpusAbout | None = None
    EXTRA: dict[str, tuple[str, ...]] = {}
    PUBLISHED: dict[str, dict[str, dict[str, int]]] = {}

    def __init__(self, **kwargs):
        self.processes = 1
        self._beam: dict | None = None
        self._plan = None
        super().__init__(**kwargs)

    @abc.abstractmethod
    def survey(self, tree: SourceTree, report: BuildReport) -> list:
        """Says what the corpus is made of, from names and tables alone.

        Decodes no picture, so that it takes seconds.

        Args:
            tree: The user's folder.
            report: Is told of whatever is there and not used, or should be
                there and is not.

        Returns:
            What the builder stores, sorted.

        Raises:
            FileNotFoundError: If the folder does not hold the corpus; see
                `SourceTree.refuse`.
            ValueError: If it contradicts itself.
        """

    @property
    def extra(self) -> dict[str, tuple[str, ...]]:
        """Features beside the usual, with the names of their columns."""
        return self.EXTRA

    def check(self, root: str | pathlib.Path) -> str:
        """Looks at a folder and returns what would be built, as text.

        Raises:
            FileNotFoundError, ValueError: See `survey`.
        """
        report = BuildReport(f"{self.name}/{self.builder_config.name}")
        for split, units in self._surveyed(root, report).items():
            report.begin(split)
            for unit in units:
                self._count_planned(report, split, unit)
        self._compare(report, ("recordings",))
        return report.to_text()

    def download_and_prepare(self, *, download_config=None, **kwargs):
        """Builds the corpus, or leaves it if it is built from these files.

        Args:
            download_config: See `tfds.core.DatasetBuilder`. With a
                `beam_runner` or `beam_options`, faces are cut by Beam.
            **kwargs: As there.

        Raises:
            FileNotFoundError: If the folder does not hold the corpus.
            ValueError: If it contradicts itself, no face is found at all, or
                the corpus was built from other files.
        """
        config = download_config or tfds.download.DownloadConfig()
        root = config.manual_dir
        if root and not config.download_mode.overwrite_dataset:
            self._refuse_other_files(pathlib.Path(root))
        if config.beam_runner or config.beam_options:
            self._beam = {
                "runner": config.beam_runner,
                "options": config.beam_options,
            }
        super().download_and_prepare(download_config=download_config, **kwargs)
        self._clean()

    def _split_generators(self, dl_manager):
        root = pathlib.Path(dl_manager.manual_dir)
        report = BuildReport(f"{self.name}/{self.builder_config.name}")
        by_split = self._surveyed(root, report)
        if self.LABEL_SPACE is None:
            self.info.metadata["classes"] = report.classes
        settings = self._settings()
        work = WorkFolder(self._work_path(), root, dataclasses.asdict(settings))
        units = [unit for some in by_split.values() for unit in some]
        footage = [unit.footage for unit in units]
        keys = dict(
            zip(
                map(id, units),
                cut_all(footage, settings, work, self.processes, self._beam),
                strict=True,
            )
        )
        plan = {}
        for split, some in by_split.items():
            report.begin(split)
            kept = [(each, keys[id(each)]) for each in some]
            kept = [p for p in kept if self._count(report, split, *p, work)]
            if kept:
                plan[split] = kept
            else:
                report.note(f"{split} holds no face, and is not built")
        if not plan:
            raise ValueError(
                f"Expected a face in at least one recording of {root}. Left "
                f"out: {report.left_out_text()}. `emoaff prepare {self.name} "
                "--check` says what was found."
            )
        report.finish()
        self._compare(report, ("recordings", "frames"))
        self._plan = report, root
        return {
            split: self._generate_examples(kept, work)
            for split, kept in plan.items()
        }

    def _generate_examples(self, kept, work):
        if not self._beam:
            return self._examples(kept, work)
        import apache_beam

        numbered = list(enumerate(kept))
        return (
            f"Recordings {id(kept)}" >> apache_beam.Create(numbered)
        ) | apache_beam.FlatMapTuple(self._examples_of, work=work)

    def _surveyed(self, root, report):
        if self.LABEL_SPACE:
            report.classes = list(labels.get(self.LABEL_SPACE).classes)
        tree = SourceTree(pathlib.Path(root))
        by_split: dict[str, list] = {}
        for unit in self.survey(tree, report):
            by_split.setdefault(unit.split, []).append(unit)
        if not by_split:
            raise FileNotFoundError(
                f"Expected recordings of {self.name} in {root}. Left out: "
                f"{report.left_out_text()}. `emoaff corpora {self.name}` "
                "prints what it must hold and where to get it."
            )
        first = [name for name in _ORDER if name in by_split]
        rest = sorted(set(by_split) - set(_ORDER))
        return {name: by_split[name] for name in first + rest}

    def _settings(self):
        config = self.builder_config
        return CropSettings(
            config.size, config.margin, config.rate_hz, config.quality
        )

    def _work_path(self):
        return pathlib.Path(
            self._data_dir_root,
            ".unfinished",
            self.name,
            self.builder_config.name,
        )

    def _count(self, report, split, unit, key, work):
        """Counts one unit that is cut; returns whether it has any crop."""
        outcome = work.outcome(key)
        name = self._name_of(unit)
        for file, why in outcome["failed"]:
            report.leave_out(why, str(pathlib.PurePath(name, file)))
        if outcome["error"]:
            report.leave_out("cannot be read", name)
            return False
        if outcome["damage"]:
            report.damage(name, outcome["damage"])
        report.add(
            split,
            frames_read=outcome["frames"],
            other_people=max(outcome["people"] - 1, 0),
        )
        if not outcome["index"]:
            why = "no face found"
            if not outcome["frames"]:
                why = "no frame between start and end"
            report.leave_out(why, name)
            return False
        report.add(split, frames=len(outcome["index"]))
        self._count_labels(report, split, unit, *work.where(key))
        return True

    def _compare(self, report, keys):
        published = self.PUBLISHED.get(self.builder_config.name, {})
        for split, counts in published.items():
            try:
                found = report.counts(split)
            except KeyError:
                report.note(f"there is no {split}, which publications have")
                continue
            for key in keys:
                if key in counts and found[key] != counts[key]:
                    report.note(
                        f"{split} has {found[key]} {key}, published are "
                        f"{counts[key]}"
                    )

    def _refuse_other_files(self, root):
        data_dir = pathlib.Path(self.data_dir)
        if data_dir.resolve().is_relative_to(root.resolve()):
            raise ValueError(
                "Expected the corpus to be built outside of the folder with "
                f"the files. Received: data_dir={data_dir}, in {root}. Choose "
                "another."
            )
        built = data_dir / build_report.NAME
        if not built.exists():
            return
        built_from = json.loads(built.read_text("utf-8"))["fingerprint"]
        if SourceTree(root).fingerprint() != built_from:
            raise ValueError(
                "Expected the files from which the corpus was built. "
                f"Received: {root}, which holds others than when {data_dir} "
                "was built. Build into another folder, or delete "
                f"{data_dir} first."
            )

    def _clean(self):
        """Writes the report and removes what an interruption has left."""
        if self._plan is None:
            return
        report, root = self._plan
        report.write(self.data_dir, fingerprint=SourceTree(root).fingerprint())
        print(report.to_text())
        shutil.rmtree(self._work_path(), ignore_errors=True)
        for empty in (self._work_path().parent, self._work_path().parents[1]):
            if empty.is_dir() and not any(empty.iterdir()):
                empty.rmdir()
        home = pathlib.Path(self.data_dir)
        for unfinished in home.parent.glob(f"{home.name}.incomplete*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        self._plan = None


def label_features(extra: dict[str, tuple[str, ...]]) -> dict:
    """Returns the TFDS features of labels that all corpora share."""
    features = {
        "valence": tfds.features.Scalar(
            np.float32, doc="[-1, 1], NaN = unlabelled."
        ),
        "arousal": tfds.features.Scalar(
            np.float32, doc="[-1, 1], NaN = unlabelled."
        ),
        "expression": tfds.features.Scalar(
            np.int64, doc="Index in the label space, -1 = unlabelled."
        ),
    }
    for name, columns in extra.items():
        whole = name == "action_units"
        features[name] = tfds.features.Tensor(
            shape=(len(columns),),
            dtype=np.int64 if whole else np.float32,
            doc=f"{', '.join(columns)}; "
            f"{'-1' if whole else 'NaN'} = unlabelled.",
        )
    return features
