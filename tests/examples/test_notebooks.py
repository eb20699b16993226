"""The notebooks run from the first cell to the last, and are stored small."""

import os
import pathlib
import shutil

import nbformat
import pytest

ROOT = pathlib.Path(__file__).parents[2]
NAMES = ("quickstart", "research")


def read(name):
    return nbformat.read(ROOT / "examples" / f"{name}.ipynb", as_version=4)


def list_code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_was_run_in_order_and_is_small(name):
    cells = list_code(read(name))
    counts = [cell.execution_count for cell in cells]
    assert counts == list(range(1, len(cells) + 1))
    assert (ROOT / "examples" / f"{name}.ipynb").stat().st_size < 100_000
    outputs = str([cell.outputs for cell in cells])
    assert str(ROOT) not in outputs and "site-packages" not in outputs


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_to_its_end(name, tmp_path, monkeypatch):
    client = pytest.importorskip("nbclient")
    shutil.copytree(ROOT / "examples" / "media", tmp_path / "media")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = read(name)
    for cell in list_code(notebook):
        cell.outputs, cell.execution_count = [], None
    client.NotebookClient(
        notebook, timeout=900, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    last = list_code(notebook)[-1]
    assert last.outputs and os.listdir(tmp_path)
