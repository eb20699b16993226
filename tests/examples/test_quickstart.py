"""The notebook for beginners runs, and gives what it says it gives."""

import os

import pytest

from tests.sample import MEDIA

NOTEBOOK = MEDIA.parent / "quickstart.ipynb"
_LARGEST = 20_000  # bytes; outputs are text, no pictures


def read_texts(notebook):
    """What each cell with code prints or shows."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield "".join(
                output.get("text", "")
                or output.get("data", {}).get("text/plain", "")
                for output in cell.outputs
                if output.get("name") != "stderr"
            ).strip()


def test_the_notebook_is_small_and_shows_no_errors():
    nbformat = pytest.importorskip("nbformat")
    assert NOTEBOOK.stat().st_size < _LARGEST
    notebook = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(notebook)
    kinds = [
        output.output_type
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]
    assert kinds and "error" not in kinds


@pytest.mark.slow
def test_the_notebook_gives_what_it_shows(monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    root = str(MEDIA.parents[1])
    paths = [root, os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    notebook = nbformat.read(NOTEBOOK, 4)
    shown = list(read_texts(notebook))
    nbclient.NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    ).execute()
    assert list(read_texts(notebook)) == shown
