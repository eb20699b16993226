import json
import subprocess
import sys

import emoaff

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
    "emoaff>Framewise",
    "emoaff>Greyscale",
    "emoaff>InputNormalization",
    "emoaff>MacroF1",
    "emoaff>MultiTaskLoss",
    "emoaff>Pearson",
    "emoaff>SAGR",
    "emoaff>UAR",
    "emoaff>WeightedCrossentropy",
    "emoaff>WeightedSigmoidCrossentropy",
]


def in_a_fresh_process(code):
    """Runs code; here, other tests have already imported everything."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_importing_emoaff_registers_every_class():
    names = in_a_fresh_process(
        "import json, emoaff, keras; "
        "print(json.dumps(list(keras.saving.get_custom_objects())))"
    )
    assert sorted(n for n in names if n.startswith("emoaff>")) == ON_DISK


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
