"""What `import emoaff` makes of the environment and of `keras.json`."""

import json
import os
import subprocess
import sys

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


def test_a_wrong_backend_in_the_environment_is_named(tmp_path):
    ended = run("import emoaff", tmp_path, KERAS_BACKEND="nowhere")
    line = last_line(ended)
    assert line.startswith("ImportError: emoaff needs Keras on TensorFlow")
    assert "'nowhere', from the environment variable KERAS_BACKEND." in line


def test_keras_that_runs_on_another_backend_already_is_named(tmp_path):
    code = (
        "import sys, types; keras = types.ModuleType('keras'); "
        "keras.backend = types.SimpleNamespace(backend=lambda: 'jax'); "
        "sys.modules['keras'] = keras; import emoaff"
    )
    line = last_line(run(code, tmp_path, {"backend": "jax"}))
    assert f"'jax', from `backend` in {tmp_path / 'keras.json'}." in line
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
