import dataclasses
import inspect
import shlex
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from emoaff import corpora
from emoaff.presets.model_card import UNWRITTEN
from emoaff.training.clip_experiment import clip_experiment
from emoaff.training.corpus_lists import split_datasets
from emoaff.training.expected import Expected
from emoaff.training.expected import describe_expected
from emoaff.training.experiment import Experiment
from emoaff.training.settings import get_setting
from emoaff.training.settings import parse_overrides
from emoaff.training.settings import read_stored

_DATASET = ("dataset", "data.dataset")  # the setting's name before and now


def _find_names(text):
    return ",".join(corpora.find_name(name) for name in split_datasets(text))


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A recipe with the settings that a run of it begins with.

    Args:
        name: As on the command line, without the folder of a file.
        config: The settings: a `ClipConfig`, or a dataclass of its own.
        small: Whether these are the settings for drawn faces.
        build: Called as `build(config, data)`, the latter a `ClipData`, for
            the model; `None` for a recipe with an experiment of its own.
        finish: Called as `finish(model, config, calibration)` for the model
            as shipped, from images to a dict of outputs; `None` for
            `emoaff.training.publishing.add_probabilities`.
        about: Texts of the preset: `summary`, `data`, `licence`, `training`
            and `limits`.
        own_experiment: Called as `own_experiment(config, data_dir, out,
            report)` instead of learning from windows; or `None`.
        complete: Called with settings, returns them with those filled in that
            follow from others; or `None`.
        expected: What it should reach with `config`.
        text: What it is, for people.
        file: The path of the file it is in; empty for those of emoaff.
        goes_on: Whether it goes on from a preset, `model.start`, whose scores
            are told beside those of the finished one.
    """

    name: str
    config: Any
    small: bool = False
    build: Callable | None = None
    finish: Callable | None = None
    about: Mapping[str, str] = dataclasses.field(default_factory=dict)
    own_experiment: Callable | None = None
    complete: Callable | None = None
    expected: tuple[Expected, ...] = ()
    text: str = ""
    file: str = ""
    goes_on: bool = False

    @property
    def learns_from_clips(self) -> bool:
        """Whether it can be trained on other splits than its corpus's."""
        return self.own_experiment is None

    @property
    def dataset(self) -> str:
        """The corpus that `config` names."""
        return get_setting(self.config, "dataset")

    @property
    def name_and_flag(self) -> str:
        """Its name on the command line, with `--small` where that is meant."""
        name = shlex.quote(self.name)
        return f"{name} --small" if self.small else name

    def configure(self, overrides: Mapping[str, str]):
        """Returns the settings of a run.

        Args:
            overrides: See `emoaff.training.settings.parse_overrides`.

        Raises:
            ValueError: For an unknown setting, or a value that is none.
        """
        # Records name a corpus without the place of its builder.
        overrides = {
            name: _find_names(text) if name in _DATASET else text
            for name, text in overrides.items()
        }
        config = parse_overrides(self.config, overrides)
        if get_setting(config, "dataset") == "":
            raise ValueError(
                f"Expected a corpus for {self.name}. Received: data.dataset is "
                "empty. Name one in CONFIG, by --set data.dataset=NAME, or try "
                "the recipe out on drawn faces by --small."
            )
        return self._completed(config)

    def read_config(self, stored: Mapping[str, Any]):
        """Reads the settings of a run on disk, of any version.

        Args:
            stored: See `emoaff.training.settings.read_stored`.

        Raises:
            ValueError: If a name is no setting of this recipe.
        """
        return self._completed(read_stored(self.config, stored))

    def make_experiment(
        self, config, data_dir, out, report, splits=None
    ) -> Experiment:
        """Makes the experiment of a run.

        Args:
            config: The run's settings.
            data_dir: Where the corpora were built.
            out: Folder of the run.
            report: Called with lines of progress.
            splits: Two `Recordings` to train on and to validate with, instead
                of the corpus's splits, or `None`.

        Raises:
            ValueError: If `splits` are given to a recipe that reads its own.
        """
        if self.own_experiment is None:
            return clip_experiment(self, config, data_dir, out, report, splits)
        if splits is not None:
            raise ValueError(
                f"{self.name} reads its own pictures, so it cannot be "
                "trained on other splits. Choose a recipe of clips."
            )
        return self.own_experiment(config, data_dir, out, report)

    @property
    def unwritten(self) -> list[str]:
        """Names of the texts in `about` that nobody has written yet."""
        return [n for n, text in self.about.items() if text == UNWRITTEN]

    @property
    def title(self) -> str:
        """The name of its preset, unless its run has one."""
        return self.name.removesuffix(".py")

    def describe(self) -> str:
        """Returns what it is and what it should reach, for people."""
        table = describe_expected(self.expected)
        text = inspect.cleandoc(self.text)
        return f"{text}\n\n{table}" if table else text

    def _completed(self, config):
        return self.complete(config) if self.complete else config
