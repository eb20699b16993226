"""Models of every kind, from the first step to a prediction."""

import numpy as np
import pytest

import emoaff
from emoaff import presets
from emoaff.training.recipe_run import train
from tests.training.own_recipe import TEXT
from tests.training.own_recipe import build_corpus
from tests.training.own_recipe import write_recipe

SEQUENTIAL = """\
    return keras.Sequential(
        [
            keras.layers.Rescaling(1 / 255),
            keras.layers.GlobalAveragePooling2D(name="features"),
            keras.layers.Dense(2, name="affect"),
        ]
    )
"""
SUBCLASS = """
class Own(keras.Model):
    def __init__(self, width=2, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.mean = keras.layers.GlobalAveragePooling2D()
        self.dense = keras.layers.Dense(width)

    def call(self, x):
        return self.dense(self.mean(x) / 255)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


"""
REGISTER = '@keras.saving.register_keras_serializable(package="test")\n'


def write(folder, body, before=""):
    start = TEXT.index("    inputs = keras.Input")
    text = TEXT[:start].replace("def build", before + "def build")
    return write_recipe(folder, text + body)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield build_corpus(patch, tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("kind", ["sequential", "subclass"])
def test_a_model_that_is_not_functional_is_published(kind, data_dir, tmp_path):
    if kind == "sequential":
        recipe = write(tmp_path, SEQUENTIAL)
    else:
        own = SUBCLASS.replace("class Own", REGISTER + "class Own")
        recipe = write(tmp_path, "    return Own()\n", own)
    folder = train(recipe, data_dir, tmp_path / "run", report=[].append)
    preset = presets.load_preset(folder)
    faces = np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3))
    answers = preset.predict(faces.astype(np.uint8))
    kernel, bias = (np.float64(w) for w in preset.model.get_weights())
    expected = faces.mean(axis=(1, 2)) / 255 @ kernel + bias
    got = np.stack([answers["valence"], answers["arousal"]], axis=1)
    np.testing.assert_allclose(got, np.clip(expected, -1, 1), atol=1e-4)
    if kind == "sequential":
        emoaff.export(preset, tmp_path / "model.onnx")
        exported = emoaff.load_preset(tmp_path / "model.onnx")
        answers = exported.predict(faces.astype(np.uint8))
        np.testing.assert_allclose(answers["valence"], got[:, 0], atol=1e-4)


@pytest.mark.parametrize(
    ("body", "before", "match"),
    [
        ("    return Own()\n", SUBCLASS, "register_keras_serializable"),
        (
            SEQUENTIAL.replace("Dense(2", "Dense(3"),
            "",
            r"one output \(batch, 2\).*\(None, 3\)",
        ),
        (
            "    return keras.Sequential([keras.layers.Conv1D(2, 3)])\n",
            "",
            r"takes \(None, 24, 24, 3\)",
        ),
        ("    return keras.layers.Dense(2)\n", "", "to return a keras.Model"),
        (
            "    x = keras.Input((24, 24, 3))\n"
            "    y = keras.layers.Lambda(lambda t: t[:, 0, 0, :2])(x)\n"
            "    return keras.Model(x, y)\n",
            "",
            "saved and built again",
        ),
    ],
)
def test_what_cannot_be_published_is_refused_before_the_first_step(
    body, before, match, data_dir, tmp_path
):
    recipe, lines = write(tmp_path, body, before), []
    with pytest.raises(ValueError, match=match):
        train(recipe, data_dir, tmp_path / "run", report=lines.append)
    assert not any(line.startswith("epoch") for line in lines)
    assert not (tmp_path / "run").exists()
