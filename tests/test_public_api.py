import json
import shutil
import subprocess
import sys

import pytest

import emoaff
from tests.sample import CLIP
from tests.sample import PORTRAIT

# These names are in every saved model. To rename a class, keep its old name
# registered as well.
ON_DISK = [
    "emoaff>AbawExpression",
    "emoaff>Accuracy",
    "emoaff>ActionUnitF1",
    "emoaff>AffectRMSE",
    "emoaff>Concordance",
    "emoaff>ConcordanceLoss",
    "emoaff>ConfusionMatrix",
    "emoaff>ExpectedCalibrationError",
    "emoaff>FeatureNormalization",
    "emoaff>Framewise",
    "emoaff>Greyscale",
    "emoaff>InputNormalization",
    "emoaff>MacroF1",
    "emoaff>MultiTaskLoss",
    "emoaff>Pearson",
    "emoaff>SAGR",
    "emoaff>UAR",
    "emoaff>WeightedAveragePooling2D",
    "emoaff>WeightedCrossentropy",
    "emoaff>WeightedSigmoidCrossentropy",
]


def in_a_fresh_process(code):
    """Runs code; here, other tests have already imported everything."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_every_room_is_an_attribute_of_emoaff_without_an_import_of_its_own():
    rooms = (
        "convert corpora data evaluation exporting faces labels layers losses "
        "metrics models prediction presets recipes training"
    ).split()
    code = f"import json, emoaff; [getattr(emoaff, n) for n in {rooms}]"
    assert in_a_fresh_process(f"{code}; print(json.dumps('all'))") == "all"


def test_importing_emoaff_registers_every_class():
    names = in_a_fresh_process(
        "import json, emoaff, keras; "
        "print(json.dumps(list(keras.saving.get_custom_objects())))"
    )
    assert sorted(n for n in names if n.startswith("emoaff>")) == ON_DISK


SAVE = (
    "import keras, emoaff; x = keras.Input((4, 8, 8, 3)); "
    "frame = keras.Sequential([keras.Input((8, 8, 3)), "
    "keras.layers.Flatten(), keras.layers.Dense(2)]); "
    "m = keras.Model(x, emoaff.layers.Framewise(frame)(x)); "
    "m.compile(loss=emoaff.losses.ConcordanceLoss(), "
    "metrics=[emoaff.metrics.Concordance()]); m.save({path!r}); print(0)"
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("saved") / "model.keras")
    in_a_fresh_process(SAVE.format(path=path))
    return path


@pytest.mark.parametrize(
    "imports",
    [
        # As other packages ask whether Keras is there.
        "import emoaff, importlib.util; importlib.util.find_spec('keras'); "
        "from keras.saving import load_model; import keras",
        "import emoaff.losses.moments; import keras",
        *(
            pytest.param(imports, marks=pytest.mark.slow)
            for imports in (
                "import keras; import emoaff",
                "import emoaff, tensorflow; tensorflow.keras.models; "
                "import keras",
                "import emoaff.metrics; import keras",
                "from emoaff.layers.framewise import Framewise; import keras",
            )
        ),
    ],
)
def test_a_saved_model_is_found_whoever_imports_keras(saved, imports):
    found = in_a_fresh_process(
        f"{imports}; import json; m = keras.models.load_model({saved!r}); "
        "print(json.dumps([type(m.layers[1]).__module__, type(m.loss).__name__,"
        "[n for n in keras.saving.get_custom_objects() if 'emoaff>' in n]]))"
    )
    assert found[:2] == ["emoaff.layers.framewise", "ConcordanceLoss"]
    assert sorted(found[2]) == ON_DISK


HEAVY = {"tensorflow", "keras", "sklearn", "matplotlib", "mtcnn", "h5py"}


def test_importing_emoaff_and_what_it_predicts_with_loads_no_tensorflow():
    loaded = in_a_fresh_process(
        "import json, sys, emoaff; emoaff.faces.FaceDetector; "
        "emoaff.presets.list_presets(); emoaff.labels; emoaff.predict_video; "
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert not (HEAVY | {"pandas", "scipy"}) & set(loaded)


def test_commands_that_only_look_load_no_tensorflow(tmp_path):
    media = tmp_path / "media"
    (media / "happy").mkdir(parents=True)
    shutil.copy(PORTRAIT, media / "happy")
    settings = {"recipe": "finetune", "optimizer": {"name": "adam"}}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text(json.dumps(settings))
    folder = str(tmp_path)
    commands = [
        ["models"],
        ["models", "compact_ferplus"],
        ["corpora"],
        ["corpora", "recola"],
        ["recipes"],
        ["runs", folder],
        ["new", "recipe", "mine", "--out", folder],
        ["new", "corpus", "yours", "--out", folder],
        ["prepare", "video_folder", "--check", "--manual-dir", str(media)],
    ]
    guilty = in_a_fresh_process(
        "import contextlib, io, json, sys; from emoaff_cli import main\n"
        "guilty = []\n"
        f"for argv in {commands!r}:\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "        assert main(argv) == 0, argv\n"
        "    assert out.getvalue(), argv\n"
        "    if {'tensorflow', 'keras'} & set(sys.modules):\n"
        "        guilty.append(argv)\n"
        "print(json.dumps(guilty))"
    )
    assert guilty == []


def test_reading_what_a_preset_says_loads_no_tensorflow():
    pytest.importorskip("ai_edge_litert")
    loaded, size = in_a_fresh_process(
        "import json, sys; from emoaff import presets, recipes; "
        "from emoaff.exporting import read_metadata; "
        "config = presets.read_config('compact_ferplus'); "
        "file = presets.find('compact_ferplus') / 'model.tflite'; "
        "about = read_metadata(file); recipes.list_recipes(); "
        "assert about['preset']['input'] == config['input']; "
        "print(json.dumps([sorted(sys.modules), config['input']['size']]))"
    )
    assert size == 80
    assert not {"tensorflow", "keras"} & set(loaded)


def test_predict_loads_no_tensorflow(tmp_path):
    options = [str(PORTRAIT), str(CLIP), "--out", str(tmp_path)]
    options += ["--prior", "uniform", "--baseline", "0.5"]
    loaded = in_a_fresh_process(
        "import json, sys; from emoaff_cli import main; "
        f"assert main(['predict', *{options!r}]) == 0; "
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert not HEAVY & set(loaded)
    header = json.loads((tmp_path / "astronaut_jpg.json").read_text())
    assert header["model"]["engine"] == "litert"


def test_live_loads_no_tensorflow(tmp_path):
    options = ["--camera", str(CLIP), "--no-window", "--seconds", "0.5"]
    loaded = in_a_fresh_process(
        "import contextlib, io, json, sys; from emoaff_cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    assert main(['live', *{options!r}]) == 0\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert not HEAVY & set(loaded)


def test_the_app_loads_no_tensorflow_until_a_preset_needs_it():
    pytest.importorskip("starlette")
    loaded = in_a_fresh_process(
        "import json, sys; from emoaff.app import build_app; build_app(); "
        "import emoaff.app.worker; print(json.dumps(sorted(sys.modules)))"
    )
    assert not HEAVY & set(loaded)


def test_the_command_answers_without_loading_tensorflow():
    loaded = in_a_fresh_process(
        "import contextlib, io, json, sys\n"
        "import emoaff_cli\n"
        "with contextlib.suppress(SystemExit), "
        "contextlib.redirect_stdout(io.StringIO()):\n"
        "    emoaff_cli.main(['--help'])\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    heavy = {"emoaff", "numpy", "keras", "tensorflow", "cv2", "av"}
    assert not heavy & set(loaded)


def test_every_public_name_is_there():
    assert set(emoaff.__all__) <= set(dir(emoaff))
    assert "compact_ferplus" in emoaff.presets.list_presets()
