import json
import shutil

import cv2
import keras
import numpy as np
import pytest

from emoaff import presets
from emoaff.layers import Greyscale
from emoaff.presets import folder as preset_folder

CONFIG = {
    "name": "tiny",
    "input": {"size": 8, "channels": "RGB", "range": [0, 255]},
    "crop": {"margin": 0.25, "interpolation": "area"},
    "outputs": {
        "expression": {
            "kind": "probabilities",
            "range": [0, 1],
            "label_space": "mine",
            "classes": ["calm", "joy"],
        }
    },
}


def tiny_model():
    inputs = keras.Input((8, 8, 3), name="image")
    x = keras.layers.Rescaling(1 / 255)(Greyscale()(inputs))
    x = keras.layers.Conv2D(4, 3, activation="relu")(x)
    x = keras.layers.GlobalAveragePooling2D(name="features")(x)
    x = keras.layers.Dense(2, activation="softmax", name="expression")(x)
    return keras.Model(inputs, {"expression": x})


@pytest.fixture
def folder(tmp_path):
    return presets.save_preset(tiny_model(), tmp_path / "tiny", CONFIG)


def crops(n=3, size=8, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, size, size, 3), dtype=np.uint8)


def test_round_trip_rounds_the_weights_to_float16_and_no_more(tmp_path):
    model = tiny_model()
    presets.save_preset(model, tmp_path / "tiny", CONFIG)
    preset = presets.load_preset(tmp_path / "tiny")
    assert preset.labels.classes == ("calm", "joy")
    assert (preset.size, preset.margin) == (8, 0.25)
    for old, new in zip(
        model.get_weights(), preset.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(np.float32(np.float16(old)), new)
        assert new.dtype == np.float32


def test_a_run_that_has_ended_is_its_preset(folder, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(folder, run / "preset")
    (run / "config.json").write_text('{"recipe": "finetune", "seed": 0}')
    preset = presets.load_preset(run)
    assert preset.path == run / "preset"
    expected = presets.load_preset(folder).predict(crops())["expression"]
    np.testing.assert_array_equal(
        preset.predict(crops())["expression"], expected
    )
    assert presets.read_config(run)["name"] == "tiny"


def test_weights_stored_as_float32_are_kept_exactly(tmp_path):
    model = tiny_model()
    path = presets.save_preset(model, tmp_path / "p", CONFIG, dtype="float32")
    loaded = presets.load_preset(path)
    assert loaded.config["weights"]["dtype"] == "float32"
    for ours, theirs in zip(model.weights, loaded.model.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_stored_in_8_bits_come_back_as_float32(tmp_path):
    model = tiny_model()
    path = presets.save_preset(model, tmp_path / "p", CONFIG, dtype="int8")
    loaded = presets.load_preset(path)
    assert loaded.config["weights"]["dtype"] == "int8"
    for ours, theirs in zip(model.weights, loaded.model.weights, strict=True):
        step = np.abs(ours.numpy()).max() / 127
        assert theirs.dtype == "float32"
        assert np.abs(ours.numpy() - theirs.numpy()).max() <= step


def test_presets_in_the_folder_of_the_environment_have_names(
    folder, monkeypatch
):
    monkeypatch.setenv("EMOAFF_HOME", str(folder.parent))
    assert "tiny" in presets.list_presets()
    assert presets.load_preset("tiny").path == folder
    # What came with the package stays what its name means.
    shutil.copytree(folder, folder.parent / "compact_ferplus")
    assert presets.find("compact_ferplus") != folder.parent / "compact_ferplus"


def test_a_preset_too_large_for_the_package_says_where_it_is(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(preset_folder, "_CHECKOUT", tmp_path / "weights")
    monkeypatch.setenv("EMOAFF_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="too large.*home.*export EMOAFF_HOME"):
        presets.find("resnet50_ferplus")
    large = tmp_path / "weights" / "resnet50_ferplus"
    presets.save_preset(tiny_model(), large, CONFIG)
    assert "resnet50_ferplus" not in presets.list_presets()
    (tmp_path / "setup.cfg").touch()
    assert presets.find("resnet50_ferplus") == large


def test_presets_of_the_clone_that_one_stands_in_have_names(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(preset_folder, "_CHECKOUT", tmp_path / "x" / "weights")
    clone = tmp_path / "clone"
    presets.save_preset(tiny_model(), clone / "weights" / "large", CONFIG)
    (clone / "docs").mkdir()
    monkeypatch.chdir(clone / "docs")
    assert "large" not in presets.list_presets()  # any folder with weights
    (clone / "emoaff" / "presets").mkdir(parents=True)
    (clone / "emoaff" / "presets" / "folder.py").touch()
    assert presets.find("large") == clone / "weights" / "large"


def test_a_slip_of_a_preset_s_name_is_asked_about():
    with pytest.raises(ValueError, match="Did you mean 'compact_ferplus'"):
        presets.find("compact_ferpus")


def test_the_preset_of_a_run_is_called_as_the_run(tmp_path):
    for run in ("first", "second"):
        config = {k: v for k, v in CONFIG.items() if k != "name"}
        presets.save_preset(tiny_model(), tmp_path / run / "preset", config)
    for named in ("first", "first/preset"):
        assert presets.load_preset(tmp_path / named).name == "first"
    # The folder of its own that it was published under, and the card's name.
    called = {**CONFIG, "name": "moods"}
    presets.save_preset(tiny_model(), tmp_path / "a" / "preset", called)
    assert presets.load_preset(tmp_path / "a").name == "moods"


def test_a_folder_of_runs_is_told_from_a_run(tmp_path):
    for run in "abcd":
        presets.save_preset(tiny_model(), tmp_path / run / "preset", CONFIG)
    runs = ", ".join(str(tmp_path / run) for run in "abc")
    with pytest.raises(ValueError, match="that of a run") as refused:
        presets.find(tmp_path)
    assert str(refused.value).endswith(
        f" It holds runs: {runs} and 1 more. Name one."
    )


def test_a_dtype_that_weights_are_not_stored_in_is_refused(tmp_path):
    with pytest.raises(ValueError, match="dtype='int4'"):
        presets.save_preset(tiny_model(), tmp_path / "p", CONFIG, dtype="int4")
    assert not (tmp_path / "p").exists()


def test_a_loaded_config_is_whole_and_can_be_written_again(folder):
    preset = presets.load_preset(folder)
    assert preset.config == json.loads((folder / presets.CONFIG).read_text())
    presets.write_config(folder, preset.config)
    np.testing.assert_array_equal(
        presets.load_preset(folder).predict(crops())["expression"],
        preset.predict(crops())["expression"],
    )


def test_predict_equals_the_model(folder):
    preset = presets.load_preset(folder)
    got = preset.predict(list(crops()), batch_size=2)["expression"]
    expected = preset.model(crops().astype("float32"))["expression"]
    np.testing.assert_allclose(got, expected, atol=1e-6)
    np.testing.assert_allclose(got.sum(axis=1), 1.0, atol=1e-6)


def test_larger_crops_are_averaged_down(folder):
    preset = presets.load_preset(folder)
    large = crops(size=32)
    small = [cv2.resize(c, (8, 8), interpolation=cv2.INTER_AREA) for c in large]
    np.testing.assert_allclose(
        preset.predict(large)["expression"],
        preset.predict(small)["expression"],
        atol=1e-3,
    )


def test_grey_crops_are_the_same_as_their_rgb(folder):
    preset = presets.load_preset(folder)
    grey = crops()[..., 0]
    rgb = np.repeat(grey[..., None], 3, axis=-1)
    for given in (grey, grey[..., None]):
        np.testing.assert_array_equal(
            preset.predict(given)["expression"],
            preset.predict(rgb)["expression"],
        )


def test_no_crops_give_no_rows(folder):
    assert presets.load_preset(folder).predict([])["expression"].shape == (0, 2)


@pytest.mark.parametrize(
    "crop", [np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3)), np.zeros(3)]
)
def test_a_crop_that_is_no_uint8_picture_is_refused(folder, crop):
    with pytest.raises(ValueError, match=r"Received: crops\[0\]"):
        presets.load_preset(folder).predict([crop])


def test_an_unknown_preset_lists_the_known(tmp_path):
    with pytest.raises(ValueError, match="compact_ferplus"):
        presets.load_preset("nope")


def test_a_missing_weight_file_is_named(folder):
    (folder / presets.WEIGHTS).unlink()
    with pytest.raises(FileNotFoundError, match="model.weights.h5"):
        presets.load_preset(folder)


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_damaged_weights_are_refused(folder, damage):
    path = folder / presets.WEIGHTS
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    else:
        data[-1] ^= 255
    path.write_bytes(data)
    with pytest.raises(ValueError, match="checksum differs"):
        presets.load_preset(folder)


def test_weights_that_are_only_a_pointer_of_git_lfs_say_git_lfs_pull(folder):
    (folder / presets.WEIGHTS).write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    )
    with pytest.raises(ValueError, match="model.weights.h5.*git lfs pull"):
        presets.load_preset(folder)


def test_a_run_that_has_not_ended_is_no_damaged_preset(tmp_path):
    (tmp_path / "config.json").write_text('{"recipe": "finetune", "seed": 0}')
    with pytest.raises(ValueError, match="not ended.*train finetune.*--resume"):
        presets.load_preset(tmp_path)


@pytest.mark.parametrize("text", ["", "5", "{}", "[1]", '{"format": 1}'])
def test_a_damaged_config_is_refused(folder, text):
    (folder / presets.CONFIG).write_text(text)
    with pytest.raises(ValueError, match="is damaged"):
        presets.load_preset(folder)


def test_a_later_format_asks_for_a_newer_emoaff(folder):
    config = json.loads((folder / presets.CONFIG).read_text())
    (folder / presets.CONFIG).write_text(json.dumps({**config, "format": 99}))
    with pytest.raises(ValueError, match="newer emoaff"):
        presets.load_preset(folder)


def test_what_only_training_needs_is_left_out(folder):
    # Other versions of Keras know other arguments of initialisers.
    text = (folder / presets.CONFIG).read_text()
    for word in ("initializer", "regularizer", "constraint", "quantization"):
        assert word not in text
    assert '"strides"' in text


def test_saving_again_replaces_the_whole_folder(folder, tmp_path):
    (folder / "old.txt").write_text("old")
    presets.save_preset(tiny_model(), folder, CONFIG)
    assert sorted(p.name for p in folder.iterdir()) == [
        presets.CONFIG,
        presets.WEIGHTS,
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["tiny"]


def test_a_copied_folder_is_the_same_preset(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    got = presets.load_preset(copy).predict(crops())["expression"]
    expected = presets.load_preset(folder).predict(crops())["expression"]
    np.testing.assert_array_equal(got, expected)


def affect_preset(folder, **more):
    """Twice the mean colour, in [0, 2], and its negative."""
    inputs = keras.Input((8, 8, 3), name="image")
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.GlobalAveragePooling2D(name="features")(x)
    head = keras.layers.Dense(2)
    model = keras.Model(inputs, {"arousal_valence": head(x)})
    head.set_weights([np.tile([[2.0, -2.0]], (3, 1)) / 3, np.zeros(2)])
    output = {
        "kind": "dimensional",
        "names": ["arousal", "valence"],
        "range": [-1, 1],
    }
    config = {**CONFIG, "outputs": {"arousal_valence": output}, **more}
    return presets.load_preset(presets.save_preset(model, folder, config))


def test_dimensions_come_by_name_and_within_their_range(tmp_path):
    shades = np.array([0, 51, 102, 255], np.uint8)  # 2 x 0, 0.2, 0.4 and 1
    pictures = np.broadcast_to(shades[:, None, None, None], (4, 8, 8, 3))
    got = affect_preset(tmp_path / "affect").predict(pictures)
    assert set(got) == {"arousal", "valence"}
    # Weights of 2/3 are rounded to float16.
    expected = np.array([0.0, 0.4, 0.8, 1.0])
    np.testing.assert_allclose(got["arousal"], expected, atol=1e-3)
    np.testing.assert_allclose(got["valence"], -expected, atol=1e-3)


def test_no_crops_give_no_values_of_dimensions(tmp_path):
    preset = affect_preset(tmp_path / "affect")
    assert preset.predict([])["valence"].shape == (0,)
    assert preset.labels is None


def test_dimensions_have_one_meaning_in_one_output_or_in_two(tmp_path):
    preset = affect_preset(tmp_path / "affect")
    both = np.float32([[0.25, -3.0], [1.5, 0.5]])
    answers = [
        preset.named({"arousal_valence": both}),
        preset.named({"valence": both[:, 1], "arousal": both[:, 0]}),
    ]
    for named in answers:
        assert sorted(named) == ["arousal", "valence"]
        assert named["arousal"].tolist() == [0.25, 1.0]
        assert named["valence"].tolist() == [-1.0, 0.5]


def test_missing_values_of_dimensions_stay_missing(tmp_path):
    preset = affect_preset(tmp_path / "affect")
    answers = {"arousal_valence": np.array([[np.nan, -3.0]])}
    named = preset.named(answers)
    assert np.isnan(named["arousal"]).all() and named["valence"] == [-1.0]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"sampling": {"window": 150}}, "windows of 150 frames and so needs"),
        (
            {"input": {"size": 8, "kind": "features", "features_from": "cnn"}},
            "of features from cnn and so needs",
        ),
    ],
)
def test_what_takes_no_single_pictures_says_so(tmp_path, more, message):
    preset = affect_preset(tmp_path / "w", **more)
    with pytest.raises(ValueError, match=f"{message} whole tracks.*evaluate"):
        preset.predict(crops())


def test_numbers_too_large_for_float16_are_kept(tmp_path):
    model = tiny_model()
    kernel, bias = model.get_layer("expression").get_weights()
    bias[0] = 1e6
    model.get_layer("expression").set_weights([kernel, bias])
    presets.save_preset(model, tmp_path / "tiny", CONFIG)
    loaded = presets.load_preset(tmp_path / "tiny").model
    np.testing.assert_array_equal(
        loaded.get_layer("expression").get_weights()[1], bias
    )
    # The others are rounded all the same.
    np.testing.assert_array_equal(
        loaded.get_layer("expression").get_weights()[0],
        np.float32(np.float16(kernel)),
    )


def test_a_model_of_mixed_precision_is_computed_with_in_float32(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = tiny_model()
    assert model.get_layer("expression").compute_dtype == "bfloat16"
    presets.save_preset(model, tmp_path / "tiny", CONFIG)
    keras.config.set_dtype_policy("float32")
    preset = presets.load_preset(tmp_path / "tiny")
    dtypes = {layer.compute_dtype for layer in preset.model.layers}
    assert dtypes == {"float32"}
    answers = preset.predict(crops())["expression"]
    np.testing.assert_allclose(answers.sum(axis=1), 1.0, atol=1e-6)


def test_two_who_write_a_config_at_once_do_not_meet(tmp_path, monkeypatch):
    put, seen = preset_folder.put_in_place, []

    def put_later(half, path):
        if not seen:  # another process writes while this one is about to
            seen.append(half)
            presets.write_config(tmp_path, {"name": "second"})
        put(half, path)

    monkeypatch.setattr(preset_folder, "put_in_place", put_later)
    presets.write_config(tmp_path, {"name": "first"})
    text = (tmp_path / "config.json").read_text("utf-8")
    assert json.loads(text) == {"name": "first"}
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]
