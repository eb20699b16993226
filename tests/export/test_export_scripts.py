"""The scripts in export/, and the programs that use exported files."""

import importlib.util
import pathlib
import re
import subprocess
import sys

import cv2
import pytest

import emoaff
from tests.exporting import small_models

ROOT = pathlib.Path(__file__).parents[2]
# What a program of a consumer's must do without.
_WITHOUT = """
import runpy, sys
for name in ("emoaff", "tensorflow", "keras"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def script(name):
    spec = importlib.util.spec_from_file_location("script", ROOT / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preset") / "small"
    return small_models.still_preset(folder)


@pytest.fixture(scope="module")
def pictures(preset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    faces = small_models.plain_faces(preset, 3)
    for i, face in enumerate(faces):
        cv2.imwrite(str(folder / f"{i}.png"), face[..., ::-1])
    return sorted(folder.iterdir()), faces


@pytest.mark.parametrize(
    ("name", "out"), [("to_onnx", "a.onnx"), ("to_litert", "a.tflite")]
)
def test_a_script_exports_and_prints(preset, tmp_path, capsys, name, out):
    report = script(f"export/{name}.py").main(preset.path, tmp_path / out)
    assert report.path.is_file()
    assert "largest difference" in capsys.readouterr().out


@pytest.mark.slow
def test_the_saved_model_of_the_shipped_preset(tmp_path):
    export = script("export/to_saved_model.py")
    report = export.main("compact_ferplus", tmp_path / "saved")
    assert report.comparison.largest < 1e-5


@pytest.mark.parametrize(
    ("name", "suffix"), [("onnx", ".onnx"), ("litert", ".tflite")]
)
def test_a_consumer_needs_neither_emoaff_nor_tensorflow(
    preset, pictures, tmp_path, name, suffix
):
    files, faces = pictures
    emoaff.export(preset, tmp_path / f"a{suffix}")
    program = ROOT / "examples" / "consumers" / f"{name}_consumer.py"
    argv = [program, tmp_path / f"a{suffix}", *files]
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, *map(str, argv)],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = small_models.by_hand(preset, faces)
    lines = done.stdout.splitlines()
    for i, line in enumerate(lines):
        probabilities = expected["expression"][i]
        best = small_models.CLASSES[probabilities.argmax()]
        assert f"{files[i].name}: {best} {probabilities.max():.2f}, " in line
        valence = float(re.search(r"valence (\S+?)(,|$)", line)[1])
        assert valence == pytest.approx(expected["valence"][i], abs=0.0051)
    assert len(lines) == 3


def test_a_consumer_of_a_stream_remembers(tmp_path, pictures, capsys):
    preset = small_models.sequence_preset(tmp_path / "p")
    emoaff.export(preset, tmp_path / "a.onnx")
    consumer = script("examples/consumers/onnx_consumer.py")
    files, faces = pictures
    consumer.main(str(tmp_path / "a.onnx"), *map(str, files))
    lines = capsys.readouterr().out.splitlines()
    answers = preset.model.predict_on_batch(faces[None].astype("float32"))
    for i, line in enumerate(lines):
        confidence = answers["expression"][0, i].max()
        assert f" {confidence:.2f}, " in line


@pytest.mark.slow
def test_the_table_of_parity_is_written_by_one_command(tmp_path):
    parity = script("export/parity.py")
    page = tmp_path / "page.md"
    page.write_text(
        "above\n<!-- table -->\nold\n<!-- end of table -->\nbelow\n"
    )
    rows = parity.main(
        ["--only", "streaming litert float16", "--out", str(page)]
    )
    text = page.read_text()
    assert len(rows) == 1 and rows[0] in text
    assert text.startswith("above\n") and text.endswith("below\n")
    assert "old" not in text and "refused" not in rows[0]
