"""What `load_preset` loads beside preset folders."""

import subprocess
import sys

import pytest

from emoaff import presets
from emoaff.presets import other_forms


@pytest.fixture(autouse=True)
def forms(monkeypatch):
    """What a test adds is gone after it."""
    monkeypatch.setattr(other_forms, "_forms", [*other_forms._forms])


@pytest.mark.parametrize("name", ["a.onnx", "a.tflite", "folder"])
def test_exported_files_and_folders_have_a_loader(name, tmp_path):
    path = tmp_path / name
    if not path.suffix:
        path.mkdir()
        (path / "saved_model.pb").touch()
    assert other_forms.find_loader(path) is not None


@pytest.mark.parametrize("name", ["compact_ferplus", "a.keras", "onnx"])
def test_names_of_presets_and_other_files_have_none(name, tmp_path):
    (tmp_path / "onnx").mkdir()
    assert other_forms.find_loader(tmp_path / name) is None


def test_the_first_form_that_recognises_a_path_loads_it(tmp_path):
    presets.add_form(lambda path: path == "best", lambda path: f"1: {path}")
    presets.add_form(lambda path: path == "best", lambda path: f"2: {path}")
    assert presets.load_preset("best") == "1: best"


def _run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )


def test_importing_emoaff_loads_nothing_of_presets_but_the_list_of_forms():
    done = _run(
        "import sys, emoaff\n"
        "print(*sorted(m for m in sys.modules if 'emoaff.presets' in m))\n"
        "print('av' in sys.modules, 'emoaff.exporting' in sys.modules)"
    )
    assert done.stdout.splitlines() == [
        "emoaff.presets emoaff.presets.other_forms",
        "False False",
    ], done.stderr


def test_a_process_that_never_named_exporting_loads_an_exported_file():
    # It is not there, and what says so is the loader of exported files.
    done = _run("from emoaff.presets import load_preset as f; f('no.tflite')")
    assert "no.tflite" in done.stderr
    assert "FileNotFoundError" in done.stderr
    assert "exporting" in done.stderr
