import cv2
import numpy as np
import pytest

import emoaff_cli
from emoaff.exporting import read_metadata
from emoaff.presets import load_preset
from emoaff_cli import export_commands
from tests.data.small_corpus import small_video
from tests.exporting import small_models
from tests.prediction.small_sequences import reloaded


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preset") / "small"
    return small_models.still_preset(folder)


def export(*argv):
    return emoaff_cli.main(["export", *map(str, argv)])


def test_it_prints_what_was_measured(preset, tmp_path, capsys):
    out = tmp_path / "new" / "a.onnx"
    assert export(preset.path, "--out", out, "--batch", "2") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{out}: onnx, static, float32, ")
    assert "over 96 faces against Keras: largest difference" in second
    assert read_metadata(out)["inputs"]["face"]["shape"] == [2, 24, 24, 3]


def test_the_name_is_the_presets_where_none_is_given(
    preset, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert export(preset.path, "--to", "litert") == 0
    assert [p.name for p in tmp_path.iterdir()] == ["small.tflite"]
    before = (tmp_path / "small.tflite").stat().st_mtime_ns
    assert export(preset.path, "--to", "tflite") == 2
    assert "There is one already" in capsys.readouterr().err
    assert (tmp_path / "small.tflite").stat().st_mtime_ns == before


def test_the_preset_of_a_run_is_called_as_the_run():
    assert export_commands._name("runs/mine/preset") == "mine"
    assert export_commands._name("runs/mine") == "mine"
    assert export_commands._name("compact_ferplus") == "compact_ferplus"


def test_int8_is_calibrated_with_a_folder_of_crops(preset, tmp_path, capsys):
    (tmp_path / "crops" / "more").mkdir(parents=True)
    faces = small_models.plain_faces(preset, 20)
    for i, face in enumerate(faces):
        folder = tmp_path / "crops" / ("more" if i % 2 else ".")
        cv2.imwrite(str(folder / f"{i:02}.png"), face[..., ::-1])
    (tmp_path / "crops" / "notes.txt").write_text("no picture")
    out = tmp_path / "a.tflite"
    assert not export(
        *(preset.path, "--out", out, "--quantize", "int8"),
        *("--calibration", tmp_path / "crops"),
    )
    assert "int8" in (printed := capsys.readouterr().out)
    assert f"over {len(faces)} faces" in printed


def test_a_labelled_corpus_shows_what_int8_costs(
    preset, tmp_path, monkeypatch, capsys
):
    small_video(monkeypatch, tmp_path / "data", LABEL_SPACE="ferplus")
    monkeypatch.setattr("emoaff.corpora.list_corpora", lambda: ["small"])
    out = tmp_path / "a.onnx"
    assert not export(
        *(preset.path, "--out", out, "--quantize", "float16"),
        *("--calibration", "small", "--data-dir", tmp_path / "data"),
        *("--score-split", "train"),
    )
    printed = capsys.readouterr().out
    assert "over 3 faces" in printed  # one of each recording
    lines = [line for line in printed.splitlines() if " on small " in line]
    scored = [line.split(" on small train: ")[0].strip() for line in lines]
    assert "accuracy" in scored and "ccc valence" in scored
    assert all("before the export" in line for line in lines)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--to", "coreml"], "Expected --to savedmodel"),
        ([], "a file to write with --out. Received: --to None"),
        (["--to", "onnx", "--quantize", "int8"], "with --calibration"),
        (["--to", "onnx", "--calibration", "gone"], "none at gone"),
    ],
)
def test_a_mistake_costs_one_sentence(
    preset, tmp_path, monkeypatch, capsys, argv, words
):
    monkeypatch.chdir(tmp_path)
    assert export(preset.path, *argv) == 2
    printed = capsys.readouterr()
    assert words in printed.err and "Traceback" not in printed.err
    assert not printed.out and not list(tmp_path.iterdir())


def test_the_prior_is_built_into_the_file(preset, tmp_path, capsys):
    argv = [preset.path, "--to", "onnx", "--out", tmp_path / "a.onnx"]
    assert export(*argv, "--prior", "uniform") == 2
    assert "small does not" in capsys.readouterr().err
    shares = [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
    known = reloaded(
        small_models.still_preset(tmp_path / "known"),
        outputs=small_models.outputs_with_prior(shares),
    )
    argv[0] = known.path
    assert export(*argv, "--prior", "uniform") == 0
    file = load_preset(tmp_path / "a.onnx")
    assert file.describe_prior()["name"] == "uniform"
    faces = list(small_models.noise(6))
    expected = known.predict(faces, prior="uniform")["expression"]
    np.testing.assert_allclose(
        file.predict(faces)["expression"], expected, atol=1e-5
    )


def test_an_unknown_preset_is_named(tmp_path, capsys):
    assert export("nobody", "--out", tmp_path / "a.onnx") == 2
    assert "No preset 'nobody'" in capsys.readouterr().err


def test_an_exported_file_predicts_pictures(preset, tmp_path, capsys):
    from tests.sample import PORTRAIT

    export(preset.path, "--out", tmp_path / "a.onnx")
    out = tmp_path / "out"
    argv = ["predict", PORTRAIT, "--model", tmp_path / "a.onnx", "--out", out]
    assert emoaff_cli.main([str(word) for word in argv]) == 0
    table = (out / "astronaut.csv").read_text()
    assert len(table.splitlines()) == 2


def test_help_names_targets_and_forms(capsys):
    with pytest.raises(SystemExit):
        export("--help")
    printed = " ".join(capsys.readouterr().out.split())
    assert "savedmodel, onnx or litert" in printed
    assert "streaming (one frame and a memory)" in printed
