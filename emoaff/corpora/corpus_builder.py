import abc
import dataclasses
import json
import pathlib

import tensorflow_datasets as tfds

from emoaff import labels
from emoaff.corpora import build_report
from emoaff.corpora import unfinished
from emoaff.corpora.build_lock import BuildLock
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.corpus_about import CorpusAbout
from emoaff.corpora.cutting import CropSettings
from emoaff.corpora.cutting import cut_all
from emoaff.corpora.face_crops import FaceCropper
from emoaff.corpora.side_files import note_side_files
from emoaff.corpora.side_files import store_side_files
from emoaff.corpora.source_recording import SourceRecording
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.work_folder import WorkFolder

_ORDER = ("train", "validation", "test")
_USUAL = 0.95  # least share of whole pictures in which a face is found


class CorpusBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Base class of the builders of all corpora.

    A corpus implements `survey`, or what `RecordingCorpus` and
    `PictureCorpus` make of it, and says in class attributes:

    - `LABEL_SPACE`: a name of `emoaff.labels.list_label_spaces()`; None where
      the classes are found in the folder and `survey` puts them into
      `report.classes`; `""` where there are none.
    - `ABOUT`: see `CorpusAbout`.
    - `EXTRA`: features beside valence, arousal and expression: `emotions`,
      `votes` or `action_units`, with the names of their columns. A property
      `extra` instead where that follows from the configuration, as
      `LABEL_SPACE` may be a property too.
    - `PUBLISHED`: for a configuration and a split, counts that publications
      give, such as `{"default": {"train": {"recordings": 252}}}`. Others
      give a note, never an error.
    - `WHOLE`: the configuration whose pictures are face crops already, which
      is named where more than a few files show no face.

    Attributes:
        processes: How many processes cut faces; 1 unless set. One uses all
            threads of TensorFlow, several use one each, which rounds
            otherwise: boxes that are found differ by fractions of a pixel.
        sides: Files of other modalities, by modality and recording, relative
            to the user's folder; `survey` may set them, see
            `emoaff.corpora.side_files`.
    """

    FIRST = tfds.core.Version("1.0.0")
    OWN_PROGRESS = True
    LABEL_SPACE: str | None = None
    ABOUT: CorpusAbout | None = None
    EXTRA: dict[str, tuple[str, ...]] = {}
    PUBLISHED: dict[str, dict[str, dict[str, int]]] = {}
    WHOLE = ""

    def __init__(self, **kwargs):
        self.processes = 1
        self.sides: dict[str, dict[str, pathlib.PurePosixPath]] = {}
        self._beam: dict | None = None
        self._plan: tuple[BuildReport, pathlib.Path] | None = None
        self._built: set[str] = set()
        self._fingerprint: str | None = None
        self._building = False
        super().__init__(**kwargs)

    @abc.abstractmethod
    def survey(self, tree: SourceTree, report: BuildReport) -> list:
        """Lists the recordings of a corpus, from names and tables alone.

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
        """Further features of each frame, with the names of their columns."""
        return self.EXTRA

    def check(self, root: str | pathlib.Path) -> str:
        """Looks at a folder and returns what would be built, as text.

        Labels are counted by frame, those of pictures that are there; or as
        one for a whole recording. Of a video whose frames are labelled, what
        it declares is read; labels after its end are told, and not counted.

        Raises:
            FileNotFoundError, ValueError: See `survey`.
        """
        report = BuildReport(f"{self.name}/{self.builder_config.name}")
        names = []
        for split, units in self._run_survey(root, report).items():
            names += _list_names(units)
            report.begin(split)
            for unit in units:
                self._count_planned(report, split, unit)
        report.compare(self._published(), ("recordings",))
        note_side_files(self.sides, names, report)
        return report.to_text()

    def download_and_prepare(self, *, download_config=None, **kwargs):
        """Builds the corpus, or leaves it if it is built from these files.

        Args:
            download_config: See `tfds.core.DatasetBuilder`. With a
                `beam_runner` or `beam_options`, Beam cuts faces and writes;
                its workers have to see both folders by the same names.
            **kwargs: As there.

        Raises:
            FileNotFoundError: If the folder does not hold the corpus.
            ValueError: If it contradicts itself, no face is found at all,
                the corpus was built from other files, or is being built.
            OSError: If there is no room, or a process was ended.
        """
        config = download_config or tfds.download.DownloadConfig()
        if config.beam_runner or config.beam_options:
            self._beam = {
                "runner": config.beam_runner,
                "options": config.beam_options,
            }
        if config.manual_dir:
            self._refuse_inside(pathlib.Path(config.manual_dir))
            if not config.download_mode.overwrite_dataset:
                self._refuse_other_files(pathlib.Path(config.manual_dir))
        self._building = True
        kwargs["download_config"] = download_config
        overwrite = config.download_mode.overwrite_dataset
        places = self._make_work_path(), pathlib.Path(self.data_dir)
        if (
            self.info.splits
            and not overwrite
            and not unfinished.has_leftovers(*places)
        ):
            super().download_and_prepare(**kwargs)  # finds it built
            return
        try:
            with BuildLock(self._make_work_path(), self.info.full_name):
                unfinished.remove_unwritten(places[1])
                super().download_and_prepare(**kwargs)
                unfinished.remove(*places)
        finally:
            unfinished.remove_empty(self._make_work_path())
        if self._plan:
            print(self._plan[0].to_text())
            self._plan = None

    def _download_and_prepare(self, dl_manager, download_config):
        super()._download_and_prepare(dl_manager, download_config)
        # Into the folder that TFDS renames at the end, so both or none.
        if self._plan:
            report, root = self._plan
            store_side_files(
                self.sides, self._built, root, pathlib.Path(self.data_dir)
            )
            report.write(self.data_dir, fingerprint=self._fingerprint)

    def _split_generators(self, dl_manager):
        root = pathlib.Path(dl_manager.manual_dir)
        report = BuildReport(f"{self.name}/{self.builder_config.name}")
        by_split = self._run_survey(root, report)
        if self.LABEL_SPACE is None:
            self.info.metadata["classes"] = report.classes
        else:
            # For readers that have the records only.
            self.info.metadata["label_space"] = self.LABEL_SPACE
        settings = self._settings()
        work = WorkFolder(
            self._make_work_path(), root, dataclasses.asdict(settings)
        )
        units = [unit for some in by_split.values() for unit in some]
        footage = [unit.footage for unit in units]
        keys = cut_all(footage, settings, work, self.processes, self._beam)
        keys = dict(zip(map(id, units), keys, strict=True))
        plan = {}
        for split, some in by_split.items():
            report.begin(split)
            pairs = [(each, keys[id(each)]) for each in some]
            kept = [p for p in pairs if self._count(report, split, *p, work)]
            lost = self._describe_lost(split, len(kept), len(pairs))
            if lost:
                report.note(lost)
            if kept:
                plan[split] = kept
            else:
                report.note(f"{split} holds no face, and is not built")
        if not plan:
            raise ValueError(
                f"Expected a face in at least one recording of {root}. Left "
                f"out: {report.describe_left_out()}. {self._name_of_crops()}"
                f"`emoaff prepare {self.name} --check` says what was found."
            )
        report.finish()
        report.compare(self._published(), ("recordings", "frames"))
        units = [unit for kept in plan.values() for unit, _ in kept]
        self._built = set(_list_names(units))
        note_side_files(self.sides, self._built, report)
        self._plan = report, root
        return {
            split: self._generate_examples(kept, work)
            for split, kept in plan.items()
        }

    def _generate_examples(self, kept, work):
        if not self._beam:
            return self._examples(kept, work)
        import apache_beam

        numbered = apache_beam.Create(list(enumerate(kept)))
        return numbered | apache_beam.FlatMap(
            self._examples_of(), work=work, extra=self.extra
        )

    def _run_survey(self, root, report):
        if self.LABEL_SPACE:
            report.classes = list(labels.get(self.LABEL_SPACE).classes)
        tree = SourceTree(pathlib.Path(root))
        for folder in tree.closed:
            report.leave_out("folder that may not be looked into", str(folder))
        if self._building:
            self._fingerprint = tree.fingerprint()
        by_split: dict[str, list] = {}
        for unit in self.survey(tree, report):
            by_split.setdefault(unit.split, []).append(unit)
        if not by_split:
            raise FileNotFoundError(
                f"Expected recordings of {self.name} in {root}. Left out: "
                f"{report.describe_left_out()}. `emoaff corpora {self.name}` "
                "prints what it must hold and where to get it."
            )
        self._refuse_wrong(by_split, report)
        first = [name for name in _ORDER if name in by_split]
        rest = sorted(set(by_split) - set(_ORDER))
        return {name: by_split[name] for name in first + rest}

    def _refuse_wrong(self, by_split, report):
        """Refuses what would fail after the work; a chance to note things."""

    def _published(self):
        return self.PUBLISHED.get(self.builder_config.name, {})

    def _settings(self):
        config = self.builder_config
        settings = CropSettings(
            config.size, config.margin, config.rate_hz, config.quality
        )
        FaceCropper(**dataclasses.asdict(settings))  # refuses wrong ones
        return settings

    def _count(self, report, split, unit, key, work):
        """Counts one unit that is cut; returns whether it has any crop."""
        outcome = work.outcome(key)
        self._count_lost(report, unit, outcome)
        if outcome["damage"]:
            report.damage(unit.name, outcome["damage"])
        if not outcome["error"]:
            report.add(
                split,
                frames_read=outcome["frames"],
                other_people=outcome["others"],
            )
        if not outcome["index"]:
            return False
        report.add(split, frames=len(outcome["index"]))
        self._count_labels(report, split, unit, *work.where(key))
        return True

    def _refuse_inside(self, root):
        data_dir = pathlib.Path(self.data_dir)
        if data_dir.resolve().is_relative_to(root.resolve()):
            raise ValueError(
                "Expected the corpus to be built outside of the folder with "
                f"the files. Received: data_dir={data_dir}, in {root}. Choose "
                "another."
            )

    def _refuse_other_files(self, root):
        data_dir = pathlib.Path(self.data_dir)
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

    def _name_of_crops(self):
        """Names the configuration for face crops, where there is another."""
        if not self.WHOLE or not getattr(
            self.builder_config, "find_faces", False
        ):
            return ""
        return (
            "If they are face crops already, build the configuration "
            f"{self.name}/{self.WHOLE}, which takes them as they are. "
        )

    def _describe_lost(self, split, kept, count):
        """Names the way to take face crops where faces are not found."""
        if kept >= _USUAL * count or not self._name_of_crops():
            return ""
        return (
            f"no face was found in {count - kept} of {count} files of {split}. "
            f"{self._name_of_crops()}Delete what was built here first."
        )

    def _make_work_path(self):
        return pathlib.Path(
            self._data_dir_root,
            ".unfinished",
            self.name,
            self.builder_config.name,
        )


def _list_names(units):
    """The names of recordings; pictures have none."""
    return [unit.name for unit in units if isinstance(unit, SourceRecording)]
