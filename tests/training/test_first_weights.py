import keras
import numpy as np
import pytest

from emoaff import presets
from emoaff.layers import Framewise
from emoaff.presets import resolve_preset
from emoaff.training import checkpoint
from emoaff.training.config_groups import ModelConfig
from emoaff.training.first_weights import begin
from emoaff.training.first_weights import begin_from
from emoaff.training.first_weights import copy_layers
from emoaff.training.first_weights import find_backbone_weights
from emoaff.training.first_weights import require_weights_file


def model(classes, seed):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((8, 8, 3), name="image")
    x = keras.layers.Conv2D(2, 3, name="stem")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes, name="head")(x))


def saved(path):
    source = model(2, seed=1)
    outputs = {"expression": source.output}
    config = {
        "name": "source",
        "input": {"size": 8, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": 0.0, "interpolation": "area"},
        "outputs": {
            "expression": {
                "kind": "probabilities",
                "label_space": "two",
                "classes": ["a", "b"],
            }
        },
    }
    named = keras.Model(source.inputs, outputs)
    presets.save_preset(named, path, config)
    return source


def test_layers_of_the_same_form_are_copied_and_no_others():
    source, target = model(2, seed=1), model(3, seed=2)
    head = target.get_layer("head").get_weights()[0].copy()
    assert copy_layers(source, target) == {"stem"}
    for a, b in zip(
        target.get_layer("stem").get_weights(),
        source.get_layer("stem").get_weights(),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)
    kept = target.get_layer("head").get_weights()[0]
    np.testing.assert_array_equal(kept, head)


@pytest.mark.parametrize("inside", ["", "preset"])
def test_a_run_or_its_preset_can_be_begun_from(tmp_path, inside):
    source = saved(tmp_path / "run" / "preset")
    target, lines = model(3, seed=2), []
    taken = begin_from(target, str(tmp_path / "run" / inside), lines.append)
    assert taken == {"stem"}
    assert "stem" in lines[0]
    np.testing.assert_allclose(  # a preset holds float16
        target.get_layer("stem").get_weights()[0],
        source.get_layer("stem").get_weights()[0],
        atol=1e-3,
    )
    assert resolve_preset(tmp_path / "run").name == "preset"


def test_random_and_backbone_weights_are_no_presets():
    target = model(3, seed=2)
    before = target.get_weights()
    assert begin_from(target, "", print) == set()
    assert begin_from(target, "imagenet", print) == {"backbone"}
    assert begin_from(target, "some.weights.h5", print) == {"backbone"}
    for a, b in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert find_backbone_weights("imagenet") == "imagenet"
    assert find_backbone_weights("runs/mine") is None


def test_a_start_that_is_nothing_says_what_it_may_be(tmp_path):
    with pytest.raises(ValueError, match="imagenet.*start=nowhere"):
        begin_from(model(2, 0), "nowhere", print)


def test_a_preset_that_shares_no_layer_is_refused(tmp_path):
    saved(tmp_path / "preset")
    inputs = keras.Input((4,))
    other = keras.Model(inputs, keras.layers.Dense(2, name="other")(inputs))
    with pytest.raises(ValueError, match="same name and shapes"):
        begin_from(other, str(tmp_path / "preset"), print)


def test_an_image_model_of_another_name_becomes_the_backbone(tmp_path):
    def image_model(seed, name):
        keras.utils.set_random_seed(seed)
        inputs = keras.Input((8, 8, 3))
        x = keras.layers.Conv2D(2, 3, name="stem")(inputs)
        x = keras.layers.GlobalAveragePooling2D()(x)
        return keras.Model(inputs, x, name=name)

    inner, inputs = image_model(1, "some_net"), keras.Input((8, 8, 3))
    output = keras.layers.Dense(2, name="other")(inner(inputs))
    expression = {
        "kind": "probabilities",
        "label_space": "two",
        "classes": ["a", "b"],
    }
    presets.save_preset(
        keras.Model(inputs, {"expression": output}),
        tmp_path / "source",
        {
            "name": "source",
            "input": {"size": 8},
            "crop": {"margin": 0.0, "interpolation": "area"},
            "outputs": {"expression": expression},
        },
        dtype="float32",
    )
    clips = keras.Input((2, 8, 8, 3))
    x = Framewise(image_model(2, "net"), name="backbone")(clips)
    target = keras.Model(clips, keras.layers.Dense(2, name="head")(x))
    taken = begin_from(target, str(tmp_path / "source"), lambda line: None)
    assert taken == {"backbone"}
    np.testing.assert_array_equal(
        target.get_layer("backbone").get_weights()[0], inner.get_weights()[0]
    )


def test_a_missing_file_of_weights_is_named(tmp_path):
    require_weights_file("")
    require_weights_file("imagenet")
    with pytest.raises(FileNotFoundError, match="model.start=some.weights.h5"):
        require_weights_file("some.weights.h5")


def test_checkpoints_give_every_layer_and_new_is_what_is_no_image_model(
    tmp_path,
):
    source = model(2, seed=1)
    path = tmp_path / "run" / "checkpoints" / "best.npz"
    checkpoint.save(path, source.variables, {"epoch": 1})
    target = model(2, seed=2)
    settings = ModelConfig(start=str(tmp_path / "run"), begin="checkpoint")
    lines = []
    assert begin(target, settings, lines.append) == set()
    assert str(tmp_path / "run") in lines[0]
    for a, b in zip(source.get_weights(), target.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    inputs = keras.Input((8, 8, 3))
    inner = keras.Model(inputs, keras.layers.Flatten()(inputs), name="net")
    head = keras.layers.Dense(2, name="head")
    outer = keras.Model(inputs, head(inner(inputs)))
    random = ModelConfig(begin="checkpoint")
    assert begin(outer, random, lines.append) == {"net"}


def test_a_preset_that_lacks_a_layer_is_no_checkpoint(tmp_path):
    saved(tmp_path / "run" / "preset")
    settings = ModelConfig(start=str(tmp_path / "run"), begin="checkpoint")
    with pytest.raises(ValueError, match="with the layers head of this recipe"):
        begin(model(3, seed=2), settings, print)


def test_a_presets_own_folder_counts_as_often_as_it_is_named(tmp_path):
    source, other = saved(tmp_path / "run" / "preset"), model(2, seed=5)
    path = tmp_path / "run" / "checkpoints" / "best.npz"
    checkpoint.save(path, other.variables, {"epoch": 1})
    run = str(tmp_path / "run")
    start = f"{run}/preset,{run}/preset,{run}"
    target = model(2, seed=2)
    begin(target, ModelConfig(start=start, begin="checkpoint"), print)
    for a, b, mean in zip(
        source.get_weights(),
        other.get_weights(),
        target.get_weights(),
        strict=True,
    ):
        np.testing.assert_allclose(mean, (2 * a + b) / 3, atol=1e-3)
