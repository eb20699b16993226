"""What `import emoaff` makes of the environment and of `keras.json`."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest


def run(code, tmp_path, settings=None, **variables):
    if settings is not None:
        (tmp_path / "keras.json").write_text(json.dumps(settings))
    environment = {**os.environ, "KERAS_HOME": str(tmp_path), **variables}
    if "KERAS_BACKEND" not in variables:
        environment.pop("KERAS_BACKEND", None)
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
    )


def last_line(ended):
    return ended.stderr.strip().splitlines()[-1]


def test_another_backend_in_keras_json_does_not_reach_emoaff(tmp_path):
    code = (
        "import os, emoaff, keras; "
        "print(keras.backend.backend(), 'KERAS_BACKEND' in os.environ)"
    )
    ended = run(code, tmp_path, {"backend": "jax"})
    assert ended.stdout.strip() == "tensorflow False"


COMPUTE = """
import json, sys
import numpy as np
from emoaff import layers, losses, metrics
import keras

rng = np.random.default_rng(0)
truth = rng.normal(size=(4, 9, 2)).astype("float32")
said = (truth / 2 + 0.1 * rng.normal(size=truth.shape)).astype("float32")
truth[0], truth[1, 3] = np.nan, np.nan
votes = rng.dirichlet(np.ones(5), size=6).astype("float32")
logits = rng.normal(size=(6, 5)).astype("float32")
votes[2] = np.nan
index = np.array([0, 1, -1, 2, 3, 4])
faces = rng.uniform(0, 255, (2, 3, 8, 8, 3)).astype("float32")
mean = keras.Sequential(
    [keras.Input((8, 8, 3)), keras.layers.GlobalAveragePooling2D()]
)
ccc = losses.ConcordanceLoss
values = [
    ccc()(truth, said),
    ccc("batch")(truth, said, np.ones(4, "float32")),
    losses.MultiTaskLoss({"a": ccc()})({"a": truth}, {"a": said}),
    losses.WeightedCrossentropy()(votes, logits),
    losses.WeightedCrossentropy()(index, logits),
    losses.WeightedSigmoidCrossentropy()(votes, logits),
    *(
        getattr(metrics, name)(over=over)(truth, said)
        for name in ("Concordance", "Pearson", "AffectRMSE", "SAGR")
        for over in ("set", "sequence")
    ),
    metrics.UAR(5)(index, logits),
    metrics.Accuracy(5)(index, logits),
    metrics.MacroF1(5)(index, logits),
    metrics.ConfusionMatrix(5)(index, logits),
    metrics.AbawExpression(2)(index, np.pad(logits, ((0, 0), (0, 2)))),
    metrics.ExpectedCalibrationError()(index, logits),
    metrics.ActionUnitF1(5)((votes > 0.2).astype(int), logits),
    layers.Greyscale()(faces[0]),
    layers.InputNormalization("imagenet_caffe")(faces[0]),
    layers.Framewise(mean)(faces),
]
flat = [np.ravel(keras.ops.convert_to_numpy(v)).tolist() for v in values]
model = keras.Sequential([keras.Input((9, 2)), keras.layers.Dense(2)])
model.compile("sgd", ccc(), metrics=[metrics.Concordance()])
seen = np.nan_to_num(truth)
fitted = model.fit(seen, truth, epochs=2, verbose=0).history["loss"]
assert fitted[1] < fitted[0], fitted
print(json.dumps([keras.backend.backend(), "tensorflow" in sys.modules, flat]))
"""


@pytest.fixture(scope="module")
def on_tensorflow(tmp_path_factory):
    ended = run(COMPUTE, tmp_path_factory.mktemp("keras"))
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_losses_metrics_and_layers_are_the_same_on_other_backends(
    backend, on_tensorflow, tmp_path
):
    pytest.importorskip(backend)
    ended = run(COMPUTE, tmp_path, KERAS_BACKEND=backend)
    assert ended.returncode == 0, ended.stderr
    name, tensorflow, values = json.loads(ended.stdout.splitlines()[-1])
    assert (name, tensorflow) == (backend, False)
    for expected, got in zip(on_tensorflow[2], values, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "import emoaff; emoaff.load_preset('compact_ferplus')",
        "import emoaff; emoaff.train('finetune', 'data', 'run')",
        "import emoaff; emoaff.export('compact_ferplus', 'x.onnx')",
    ],
)
def test_what_needs_tensorflow_says_so_on_another_backend(code, tmp_path):
    pytest.importorskip("torch")
    line = last_line(run(code, tmp_path, KERAS_BACKEND="torch"))
    assert line.startswith("ImportError: emoaff needs Keras on TensorFlow for")
    assert "work on jax and torch too. Received: the backend 'torch'" in line


def test_a_wrong_backend_in_the_environment_is_named(tmp_path):
    ended = run("import emoaff", tmp_path, KERAS_BACKEND="nowhere")
    line = last_line(ended)
    assert line.startswith("ImportError: emoaff needs Keras on TensorFlow")
    assert "'nowhere', from the environment variable KERAS_BACKEND." in line


def test_keras_that_runs_on_another_backend_already_is_named(tmp_path):
    code = (
        "import sys, types; keras = types.ModuleType('keras'); "
        "keras.backend = types.SimpleNamespace(backend=lambda: 'openvino'); "
        "sys.modules['keras'] = keras; import emoaff"
    )
    line = last_line(run(code, tmp_path, {"backend": "openvino"}))
    assert f"'openvino', from `backend` in {tmp_path / 'keras.json'}." in line
    assert "Set KERAS_BACKEND=tensorflow" in line


@pytest.mark.parametrize("settings", [[1], {"floatx": "x"}, {"epsilon": "e"}])
def test_settings_that_keras_stops_at_are_named(settings, tmp_path):
    line = last_line(run("import emoaff.layers", tmp_path, settings))
    assert line.startswith("ImportError: Expected settings that Keras can")
    assert str(tmp_path / "keras.json") in line
    assert "Mend or delete that file." in line


def test_the_command_says_a_wrong_backend_in_one_sentence(tmp_path):
    code = "import sys; from emoaff_cli import main; sys.exit(main(['models']))"
    ended = run(code, tmp_path, KERAS_BACKEND="nowhere")
    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "KERAS_BACKEND" in ended.stderr


def test_a_home_of_keras_that_cannot_be_written_does_no_harm(tmp_path):
    home = tmp_path / "file"
    home.touch()
    ended = run("import emoaff.layers", tmp_path, KERAS_HOME=str(home))
    assert ended.returncode == 0, ended.stderr


def test_settings_of_the_field_change_no_answer(
    field_case, shared_data, tmp_path
):
    (tmp_path / "keras.json").write_bytes(field_case("keras.json").read_bytes())
    photo = shared_data / "videos" / "single_face.jpg"
    words = ["predict", str(photo), "--out", str(tmp_path / "out")]
    code = f"import sys; from emoaff_cli import main; sys.exit(main({words}))"
    ended = run(code, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "happiness" in ended.stdout
