import json

import onnx
import pytest

import emoaff
from emoaff.exporting import read_metadata
from emoaff.presets import load_preset
from tests.exporting import small_models


@pytest.fixture(scope="module")
def presets(tmp_path_factory):
    """A still preset's file."""
    folder = tmp_path_factory.mktemp("presets")
    still = small_models.still_preset(folder / "still")
    emoaff.export(still, folder / "still.onnx")
    return folder


def test_what_is_no_exported_file_costs_a_sentence(presets, tmp_path):
    with pytest.raises(FileNotFoundError, match="There is nothing"):
        load_preset(tmp_path / "a.onnx")
    (tmp_path / "a.onnx").write_text("no model")
    (tmp_path / "a.tflite").write_text("no model")
    for name in ("a.onnx", "a.tflite"):
        with pytest.raises(ValueError, match="a file that emoaff exported"):
            load_preset(tmp_path / name)
    model = onnx.load(presets / "still.onnx")
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "foreign.onnx")
    with pytest.raises(ValueError, match=r"no emoaff.json.*emoaff export"):
        load_preset(tmp_path / "foreign.onnx")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    with pytest.raises(ValueError, match="no emoaff.json"):
        read_metadata(tmp_path / "saved")


def test_a_file_of_a_later_format_names_the_way_out(presets, tmp_path):
    model = onnx.load(presets / "still.onnx")
    text = model.metadata_props[0].value
    model.metadata_props[0].value = text.replace('"format": 1', '"format": 2')
    onnx.save(model, tmp_path / "later.onnx")
    with pytest.raises(ValueError, match="Install a newer emoaff"):
        load_preset(tmp_path / "later.onnx")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda about: about.pop("preset"), "is damaged .KeyError: 'preset'"),
        (lambda about: about.update(preset=5), "is damaged .TypeError"),
        (
            lambda about: about["preset"]["crop"].update(margin="wide"),
            "`crop.margin` should be of the type number",
        ),
        (
            lambda about: about["preset"]["input"].update(size=-1),
            "`input.size` should be 1 or more",
        ),
    ],
)
def test_a_file_whose_account_of_itself_is_damaged_says_so(
    presets, tmp_path, change, said
):
    model = onnx.load(presets / "still.onnx")
    (entry,) = (p for p in model.metadata_props if "preset" in p.value)
    about = json.loads(entry.value)
    change(about)
    entry.value = json.dumps(about)
    onnx.save(model, tmp_path / "a.onnx")
    with pytest.raises(ValueError, match=said):
        load_preset(tmp_path / "a.onnx")
