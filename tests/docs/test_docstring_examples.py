"""Every public name has an example, and all examples in docstrings run.

An example finds `emoaff`, `keras`, `np`, `tf` and the names of its package
imported, and the files of `tests.docs.example_folder` around it.
"""

import contextlib
import doctest
import importlib
import inspect
import pathlib
import pkgutil
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf

import emoaff
from emoaff.data.augmentations import AUGMENTATIONS
from emoaff.labels import label_space
from emoaff.models import backbones
from emoaff.presets import other_forms
from emoaff.training.objectives import LOSSES
from emoaff.training.own_parts import METRICS
from tests.docs import example_folder

PACKAGES = [
    "emoaff",
    *(f"emoaff.{m.name}" for m in pkgutil.iter_modules(emoaff.__path__)),
]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# Of all examples; those that take minutes.
MOST_SKIPPED = 0.1


def public_names(package):
    """Names of a package's `__init__` to what they are; no modules, no data."""
    found = importlib.import_module(package)
    names = getattr(found, "__all__", ())
    values = {name: getattr(found, name) for name in names}
    return {
        f"{package}.{name}": value
        for name, value in values.items()
        if inspect.isclass(value) or inspect.isroutine(value)
    }


def modules_with_examples():
    top = pathlib.Path(emoaff.__file__).parent
    for path in sorted(top.rglob("*.py")):
        if ">>> " in path.read_text("utf-8"):
            place = path.relative_to(top.parent).with_suffix("")
            yield ".".join(place.parts).removesuffix(".__init__")


def examples_of(name):
    """The doctests of a module, with what a reader has imported."""
    module = importlib.import_module(name)
    package = importlib.import_module(".".join(name.split(".")[:2]))
    public = {n: getattr(package, n) for n in getattr(package, "__all__", ())}
    known = {"emoaff": emoaff, "keras": keras, "np": np, "tf": tf, **public}
    finder = doctest.DocTestFinder()
    for test in finder.find(module, extraglobs=known):
        if test.examples:
            yield test


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples") / "folder"
    folder.mkdir()
    example_folder.fill(folder)
    before = example_folder.describe(folder)
    yield folder
    assert example_folder.describe(folder) == before


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_an_example(package):
    bare = [
        name
        for name, value in public_names(package).items()
        if ">>> " not in (inspect.getdoc(value) or "")
    ]
    assert not bare


@pytest.fixture(autouse=True)
def registries():
    """What an example registers is gone after it."""
    with contextlib.ExitStack() as stack:
        for table in (LOSSES, AUGMENTATIONS, METRICS, label_space._SPACES):
            stack.enter_context(mock.patch.dict(table))
        yield


@pytest.mark.parametrize("name", [*modules_with_examples()])
def test_examples_give_what_they_say(name, prepared, tmp_path, monkeypatch):
    # An example may register something; that ends with it.
    monkeypatch.setattr(backbones, "_BACKBONES", {**backbones._BACKBONES})
    monkeypatch.setattr(other_forms, "_forms", [*other_forms._forms])
    for number, test in enumerate(examples_of(name)):
        with example_folder.copied(prepared, tmp_path / str(number)):
            said = []
            runner = doctest.DocTestRunner(optionflags=OPTIONS)
            runner.run(test, out=said.append)
        assert not runner.failures, "".join(said)


def test_few_examples_are_skipped():
    every = [
        example
        for name in modules_with_examples()
        for test in examples_of(name)
        for example in test.examples
    ]
    skipped = [e for e in every if e.options.get(doctest.SKIP)]
    assert len(every) > 200
    assert len(skipped) < MOST_SKIPPED * len(every)
