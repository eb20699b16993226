import json

import keras
import pytest
import torch

import emoaff_cli
from emoaff import presets
from emoaff.convert import SOURCES
from emoaff.convert import Conversion
from emoaff.convert import convert
from emoaff.convert import converting
from emoaff.convert import save
from emoaff.convert.origin import hash_files
from emoaff.convert.recognition import recognise
from tests.convert.torch_networks import EmoLSTM
from tests.convert.torch_networks import randomised
from tests.small_presets import classes
from tests.small_presets import saved

# Of the empty file, by `sha256sum /dev/null`.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    x = keras.layers.Dense(512, name="features")(x)
    x = keras.layers.Dense(7, activation="softmax")(x)
    return saved(
        tmp_path_factory.mktemp("source") / "static",
        keras.Model(inputs, {"expression": x}),
        classes("emo_affectnet"),
    )


@pytest.fixture(scope="module")
def lstm(tmp_path_factory):
    path = tmp_path_factory.mktemp("lstm") / "FER_dinamic_LSTM_SAVEE.pt"
    torch.save(randomised(EmoLSTM()).state_dict(), path)
    return path


def run(*arguments):
    return emoaff_cli.main(["convert", *map(str, arguments)])


def test_the_command_makes_a_preset_and_says_how(
    lstm, source, tmp_path, capsys
):
    out = tmp_path / "lstm"
    assert run(lstm, "--out", out, "--features-from", source.path) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{out}\n- The file looks like one of emo-aff")
    preset = presets.load_preset(out)
    origin = preset.config["provenance"]["origin"]
    assert origin["files"] == hash_files(lstm)
    assert origin["weights"] == 8
    card = (out / presets.CARD).read_text("utf-8")
    assert hash_files(lstm)[lstm.name] in card
    assert "Not measured here." in card
    assert "SAVEE, held out of training" in card
    command = (
        "    emoaff convert FER_dinamic_LSTM_SAVEE.pt --from emo-affectnet "
        f"--out lstm --features-from {source.path}\n"
    )
    assert command in card
    assert "stored as float32" in card


def test_the_way_back_by_the_command(lstm, source, tmp_path, capsys):
    out, back = tmp_path / "lstm", tmp_path / "new" / "back.safetensors"
    run(lstm, "--out", out, "--features-from", source.path)
    assert run(out, "--to", "safetensors", "--out", back) == 0
    assert recognise(back, SOURCES) == "emo-affectnet"
    (lstm.parent / "plain").write_bytes(b"")
    assert back.stat().st_mode == (lstm.parent / "plain").stat().st_mode
    capsys.readouterr()
    to_file = ["--to", "safetensors", "--out", back]
    assert run(out, *to_file, "--names", "torchvision") == 2
    assert "for the names of torchvision" in capsys.readouterr().err
    assert run("compact_ferplus", *to_file) == 2
    assert "compact_ferplus" in capsys.readouterr().err


def test_list_names_every_source_and_setting(capsys):
    assert run("--list") == 0
    printed = capsys.readouterr().out
    assert "emo-affectnet  EMO-AffectNet: the image model" in printed
    assert "  --set interpolation=nearest" in printed
    assert "  --features-from PRESET" in printed
    for name in SOURCES:
        assert f"{name}  " in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{lstm}"], "Give both"),
        (["--out", "x"], "Give both"),
        (["{lstm}", "--out", "x", "--from", "nope"], "--list"),
        (["{lstm}", "--out", "x", "--set", "nope=1"], "interpolation, size"),
        (["{lstm}", "--out", "x", "--set", "size=big"], "`size` as int"),
        (["{lstm}", "--out", "x", "--set", "size"], "NAME=VALUE"),
        (["{lstm}", "--out", "x", "--names", "torchvision"], "--names"),
        (["{lstm}", "--out", "x", "--features-from", "no"], "No preset 'no'"),
        (["nope.h5", "--out", "x"], "There is no nope.h5"),
        (["{static}", "--out", "x"], "is a folder"),
        (
            ["{static}", "--to", "safetensors", "--out", "x", "--set", "a=1"],
            "--out and --names alone",
        ),
        (
            ["{lstm}", "--out", "{static}", "--features-from", "{static}"],
            "Choose another --out",
        ),
    ],
)
def test_mistakes_cost_a_sentence(
    lstm, source, tmp_path, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    places = {"lstm": lstm, "static": source.path}
    assert run(*(a.format(**places) for a in arguments)) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def small(seed=0):
    inputs = keras.Input((4,))
    weights = keras.initializers.RandomNormal(seed=seed)
    x = keras.layers.Dense(7, kernel_initializer=weights)(inputs)
    config = {
        "input": {"size": 8, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": 0.0, "interpolation": "area"},
        "outputs": classes("emo_affectnet"),
        "licence": "Any.",
        "provenance": dict.fromkeys(
            ("summary", "data", "training", "limits"), "What is known."
        ),
    }
    return Conversion(keras.Model(inputs, {"expression": x}), config)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("a")
    for name in ("mine", "file"):
        with pytest.raises(ValueError, match="is something else"):
            save(small(), tmp_path / name)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "mine"]


def test_a_preset_is_replaced_as_a_whole_or_stays(tmp_path, monkeypatch):
    out = save(small(0), tmp_path / "a")
    (out / "stray").write_text("")
    first = json.loads((out / presets.CONFIG).read_text())

    def fail(*arguments):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(converting.model_card, "render", fail)
        with pytest.raises(OSError, match="disk full"):
            save(small(1), out)
    assert json.loads((out / presets.CONFIG).read_text()) == first
    save(small(1), out)
    assert sorted(p.name for p in out.iterdir()) == [
        presets.CARD,
        presets.CONFIG,
        presets.WEIGHTS,
    ]
    second = json.loads((out / presets.CONFIG).read_text())
    assert second["weights"]["sha256"] != first["weights"]["sha256"]
    assert second["name"] == "a"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_settings_are_read_as_the_types_of_their_defaults(
    monkeypatch, tmp_path
):
    path = tmp_path / "empty"
    path.write_bytes(b"")
    seen = {}

    def read(path, *, size=3, rate=0.5, flip=False, how="x", of=None):
        """Reads."""
        seen.update(size=size, rate=rate, flip=flip, how=how, of=of)
        return small()

    monkeypatch.setitem(SOURCES, "other", read)
    given = {"size": "4", "rate": "1", "flip": "true", "how": "5", "of": "6"}
    found = convert(path, "other", **given)
    assert seen == {"size": 4, "rate": 1.0, "flip": True, "how": "5", "of": "6"}
    origin = found.config["provenance"]["origin"]
    assert origin["files"] == {"empty": EMPTY}
    assert origin["settings"] == seen
    with pytest.raises(ValueError, match="`flip` as bool"):
        convert(path, "other", flip="perhaps")
