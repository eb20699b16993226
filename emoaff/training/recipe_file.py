"""Recipes in a file of the user's own.

What is public here:

    is_file(name) -> bool
    load_file(path, whole) -> module
    check_recipe(module, where, whole)
    fill_texts(about) -> dict
"""

import dataclasses
import importlib.util
import inspect
import pathlib
import sys
from collections.abc import Mapping

from emoaff.presets.model_card import UNWRITTEN
from emoaff.training.clip_config import ClipConfig
from emoaff.training.expected import Expected
from emoaff.training.settings import get_setting
from emoaff.training.small_recipe import SmallRecipe

_SUFFIX = ".py"
_TEXTS = ("summary", "data", "licence", "training", "limits")


def is_file(name: str) -> bool:
    """Returns whether a recipe's name is the path of a file."""
    return name.endswith(_SUFFIX)


def load_file(path: str, whole: bool = True):
    """Runs a recipe's file and returns its module.

    Args:
        path: Of a Python file, which is a program that is run.
        whole: See `check_recipe`.

    Returns:
        The module; its `NAME` is the file's name, such as `my_recipe.py`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be run, or lacks what a recipe has; the
            message names everything that it lacks.
    """
    file = pathlib.Path(path).expanduser().resolve()
    if not file.is_file():
        raise FileNotFoundError(
            f"Expected the file of a recipe. Received: {path}, which does not "
            f"exist. Write one with: emoaff new recipe {file.stem}"
        )
    # Dataclasses and pickles look their module up by its name.
    name = f"emoaff_recipe_of_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(
            f"Expected a recipe in {path}. It stops {_line_of(error, file)}"
            f"with {type(error).__name__}: {error}. Mend the file."
        ) from error
    module.NAME = file.name
    check_recipe(module, path, whole)
    return module


def check_recipe(module, where: str, whole: bool = True) -> None:
    """Refuses a module that lacks what a recipe has.

    Args:
        module: See `emoaff.training.recipe_lookup.read_recipe`.
        where: What to call it in the message.
        whole: Whether it must have its texts and a corpus too; without these
            it can be tried out.

    Raises:
        ValueError: If something is missing or of another kind; the message
            names all of it.
    """
    wrong = list(_faults(module))
    if whole:
        wrong += _list_gaps(module)
    if wrong:
        raise ValueError(
            f"Expected a whole recipe in {where}. It needs {'; '.join(wrong)}."
        )


def fill_texts(about: Mapping[str, str]) -> dict[str, str]:
    """Returns the texts of a card, those that are not there filled in.

    Example:
    >>> fill_texts({"summary": "Names moods.", "licence": " "})["licence"]
    'Not written yet.'
    """
    written = {k: text for k, text in about.items() if str(text).strip()}
    return {**dict.fromkeys(_TEXTS, UNWRITTEN), **written}


def _list_gaps(module):
    """What a recipe can be tried out without."""
    if not (module.__doc__ or "").split("\n")[0].strip():
        yield "a first line of its docstring that says what it is"
    config = getattr(module, "CONFIG", None)
    if config is None and hasattr(module, "Config"):
        config = module.Config()
    about = getattr(module, "ABOUT", {})
    missing = [name for name in _TEXTS if not about.get(name, "").strip()]
    if missing and hasattr(module, "build"):
        yield f"a text in ABOUT for {', '.join(missing)}"
    known = dataclasses.is_dataclass(config)
    if known and not get_setting(config, "dataset"):
        yield "a corpus, as data.dataset in CONFIG"


def _faults(module):
    config = getattr(module, "CONFIG", None)
    if config is not None or not hasattr(module, "Config"):
        yield from _faults_of_clips(module, config)
    else:
        config = module.Config()
        if not callable(getattr(module, "experiment", None)):
            yield "a function experiment(config, data_dir, out, report)"
    expected = getattr(module, "EXPECTED", ())
    if not all(isinstance(each, Expected) for each in expected):
        yield "EXPECTED as a tuple of Expected"
    if not isinstance(getattr(module, "SMALL", None), SmallRecipe | None):
        yield "SMALL as a SmallRecipe"


def _faults_of_clips(module, config):
    if not isinstance(config, ClipConfig):
        yield "CONFIG, a ClipConfig"
    build = getattr(module, "build", None)
    if not callable(build) or not _takes_two(build):
        yield "a function build(config, data) that returns the model"


def _takes_two(build):
    try:
        inspect.signature(build).bind("config", "data")
    except TypeError:
        return False
    return True


def _line_of(error, file):
    """Finds the line of an error, in words; empty if it arose elsewhere."""
    if isinstance(error, SyntaxError):
        return f"at line {error.lineno} "
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == str(file):
            line = step.tb_lineno
        step = step.tb_next
    return f"at line {line} " if line else ""
