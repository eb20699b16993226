"""A recipe file with parts of its own, from anywhere."""

import csv
import json

import numpy as np
import pytest

from emoaff import presets
from emoaff.training import register_loss
from emoaff.training.recipe_lookup import find_recipe
from emoaff.training.recipe_run import train
from tests.training.own_recipe import TEXT
from tests.training.own_recipe import build_corpus
from tests.training.own_recipe import write_recipe

PARTS = """
import numpy as np
import tensorflow as tf

from emoaff.models import build_backbone
from emoaff.models import register_backbone
from emoaff.training import register_augmentation
from emoaff.training import register_label_space
from emoaff.training import register_loss
from emoaff.training import register_metric


@register_loss("half", of_affect=True)
def make_half(settings, weights):
    def half(truth, predicted):
        known = tf.math.is_finite(truth)
        error = tf.where(known, truth - predicted, 0.0)
        return 0.5 * tf.reduce_mean(tf.abs(error))

    return half


@register_augmentation("black", of_single_pictures=True)
def make_black(size, limits):
    return lambda pictures, seed: 0.0 * pictures


@register_backbone("mean_of_mine", image_size=24)
def build_mean(image_size):
    face = keras.Input((image_size, image_size, 3))
    x = keras.layers.Rescaling(1 / 255)(face)
    return keras.Model(face, keras.layers.GlobalAveragePooling2D()(x))


@register_metric("largest_error", of_affect=True, higher_is_better=False)
def compute_largest_error(truth, predicted):
    return np.nanmax(np.abs(truth - predicted))


@register_label_space("calm_or_not")
def list_classes():
    return ("neutral", "anger")

"""


def make_text():
    text = TEXT.replace("import keras\n", "import keras\n" + PARTS, 1)
    text = text.replace('"mse"', '"half"')
    text = text.replace(
        'model={"size": 24}',
        'model={"size": 24, "backbone": "mean_of_mine"},'
        '\n    augmentation={"name": "black"}',
    )
    text = text.replace(
        '"patience": 0', '"patience": 0, "monitor": "largest_error"'
    )
    start = text.index("    x = keras.layers.Rescaling(1 / 255)(inputs)")
    return (
        text[:start]
        + """\
    x = build_backbone(config.model.backbone, config.model.size)(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, name="affect")(x))
"""
    )


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield build_corpus(patch, tmp_path_factory.mktemp("corpus"))


def test_every_part_of_a_recipe_may_be_its_own(data_dir, tmp_path):
    recipe = write_recipe(tmp_path, make_text())
    # A file may be run again, as for a cross-validation.
    find_recipe(recipe)
    out = tmp_path / "run"
    epochs = {"epochs": "3"}
    preset = presets.load_preset(
        train(recipe, data_dir, out, epochs, report=[].append)
    )
    with (out / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    errors = [float(row["largest_error"]) for row in rows]
    meta = np.load(out / "checkpoints" / "best.npz")["meta"]
    assert json.loads(str(meta))["epoch"] == 1 + int(np.argmin(errors))
    # Trained on black pictures, only the bias has learned.
    kernel, bias = preset.model.get_layer("affect").get_weights()
    assert np.abs(bias).min() > 0
    first = find_recipe(recipe).build(preset_config(out), None)
    assert kernel.shape == first.get_layer("affect").get_weights()[0].shape
    stored = json.loads((out / "config.json").read_text())
    assert stored["loss"]["name"] == "half"
    # Its own label space can be named, too.
    changed = find_recipe(recipe).configure({"data.label_space": "calm_or_not"})
    assert changed.data.label_space == "calm_or_not"


def preset_config(out):
    recipe = find_recipe(str(out / "mine.py"))
    stored = json.loads((out / "config.json").read_text())
    stored.pop("recipe")
    return recipe.read_config(stored)


def test_names_of_emoaff_are_not_taken():
    with pytest.raises(ValueError, match="a loss that emoaff.*'ccc'"):
        register_loss("ccc")(lambda settings, weights: None)
