"""Damaged presets name the field that is wrong."""

import json
import math
import re

import numpy as np
import pytest

from emoaff import presets
from emoaff_cli import main


def _architecture(config):
    return config["architecture"]["config"]["layers"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.pop("crop"), "should have 'crop'"),
        (lambda c: c["crop"].update(margin="x"), "`crop.margin` should be of"),
        (lambda c: c["crop"].update(margin=math.nan), "`crop.margin` should"),
        (
            lambda c: c["input"].update(size=10**9),
            "size` should be 2048 or less",
        ),
        (lambda c: c["input"].update(size=80.0), "`input.size` should be of"),
        (lambda c: c["input"].update(size=9), "`input.size` is not what its"),
        (
            lambda c: c["outputs"]["expression"].pop("classes"),
            "`outputs.expression` should have 'classes'",
        ),
        (
            lambda c: c["outputs"]["expression"]["classes"].append("awe"),
            "`outputs.expression.classes` is not what its model has",
        ),
        (
            lambda c: c["outputs"]["expression"].update(range=[1, 0]),
            "`outputs.expression.range` should rise",
        ),
        (
            lambda c: c["weights"].update(file="../w.h5"),
            "`weights.file` should be the name of a file in the preset's own",
        ),
        (
            lambda c: c["weights"].update(file="/etc/passwd"),
            "`weights.file` should be the name of a file in the preset's own",
        ),
        (
            lambda c: c["doubt"].update(confidence=None),
            "`doubt.confidence` should be of the type number",
        ),
        (
            lambda c: _architecture(c)[-1]["config"].update(units=10**9),
            "asks for about 4,000,000,",
        ),
        (
            lambda c: _architecture(c)[-1].update(
                module="antigravity", registered_name=None
            ),
            "asks for code of 'antigravity'",
        ),
        (
            lambda c: _architecture(c)[-1].update(class_name="Nothing"),
            "Keras cannot build it",
        ),
    ],
)
def test_a_damaged_preset_names_the_field(
    change, said, preset_parsers, tmp_path
):
    target = preset_parsers[0]
    config = json.loads(target.seeds[0])
    change(config)
    (tmp_path / presets.CONFIG).write_text(json.dumps(config))
    for name, data in target.beside.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=re.escape(said)):
        presets.load_preset(tmp_path)


def test_weights_that_only_building_can_count_are_counted_before_they_are_made(
    preset_parsers, tmp_path
):
    target = preset_parsers[0]
    config = json.loads(target.seeds[0])
    layer = _architecture(config)[-1]
    layer["config"]["units"] = 10**12  # 16 TB
    del layer["build_config"]
    (tmp_path / presets.CONFIG).write_text(json.dumps(config))
    for name, data in target.beside.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match="asks for about 5,000,000,"):
        presets.load_preset(tmp_path)
    # And nothing of it is left behind for the next model.
    _architecture(config)[-1]["config"]["units"] = 2
    (tmp_path / presets.CONFIG).write_text(json.dumps(config))
    blank = np.zeros((1, 8, 8, 3), np.uint8)
    answers = presets.load_preset(tmp_path).predict(blank)
    assert answers["expression"].shape == (1, 2)


def test_a_layer_that_makes_too_much_of_a_picture_is_refused(
    preset_parsers, tmp_path
):
    target = preset_parsers[0]
    config = json.loads(target.seeds[0])
    layers = _architecture(config)  # its name counts those before it
    (grey,) = (e for e in layers if e["class_name"] == "Rescaling")
    grey["class_name"] = "Resizing"
    grey["config"] = {"name": "rescaling", "height": 99_999, "width": 99_999}
    (tmp_path / presets.CONFIG).write_text(json.dumps(config))
    for name, data in target.beside.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match="makes [0-9,]+ numbers of one input"):
        presets.load_preset(tmp_path)


def test_json_without_end_is_refused(preset_parsers, tmp_path):
    (tmp_path / presets.CONFIG).write_text("[" * 100_000 + "]" * 100_000)
    with pytest.raises(ValueError, match="in one another more than 100 deep"):
        presets.read_config(tmp_path)


@pytest.mark.parametrize("command", ["predict", "models", "export", "evaluate"])
def test_the_command_says_a_damaged_preset_in_one_line(
    command, tmp_path, capsys
):
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / presets.CONFIG).write_text('{"format": 1, "crop": 5}')
    (tmp_path / "a.jpg").touch()
    arguments = {
        "predict": [str(tmp_path / "a.jpg"), "--model", str(folder)],
        "models": [str(folder)],
        "export": [str(folder), "--out", str(tmp_path / "a.onnx")],
        "evaluate": [str(folder), "--dataset", "ferplus", "--split", "test"],
    }[command]
    assert main([command, *arguments]) == 2
    captured = capsys.readouterr()
    assert len(captured.err.strip().splitlines()) == 1
    assert captured.err.startswith("emoaff: ")
