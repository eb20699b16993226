"""The rooms of the house: who may import whom, and what they are called."""

import ast
import functools
import inspect
import pathlib
import subprocess
import sys

import pytest

import emoaff

ROOT = pathlib.Path(__file__).parents[1]
# A room imports only from floors below its own. To add a room, put it on the
# lowest floor that is above all it needs.
FLOORS = (
    {"labels", "layers", "losses", "progress", "version"},
    {"faces", "metrics", "models"},
    {"corpora", "presets"},
    {"convert", "data", "tfds_builders"},
    {"prediction"},
    {"app", "evaluation"},
    {"exporting", "training"},
    {"recipes"},
    {"emoaff"},
    {"emoaff_cli"},
)
FLOOR_OF = {room: n for n, rooms in enumerate(FLOORS) for room in rooms}
PACKAGES = ("emoaff", "emoaff_cli", "tfds_builders")


# Modules without a test file of their name: why, and where their tests are.
TESTED_ELSEWHERE = {
    "one part of what a neighbour does, and tested through it": {
        "corpora/beam_options": "corpora/test_beam.py",
        "corpora/crop_config": "corpora/test_recording_corpus.py",
        "corpora/recording_cut": "corpora/test_cutting.py",
        "corpora/stored_labels": "corpora/test_recording_corpus.py",
        "data/record_index": "data/test_picture_reading.py",
        "faces/mtcnn_networks": "faces/test_detect.py",
        "faces/tracking": "faces/test_track.py",
        "models/applications": "models/test_backbones.py",
        "models/frame_steps": "models/test_streaming.py",
        "prediction/emo_affectnet_drawing": "prediction/test_drawing.py",
        "prediction/file_work": "prediction/test_files.py",
        "prediction/naming": "faces/test_face_gallery.py",
        "prediction/row": "prediction/test_tables.py",
        "prediction/sequence_rows": "prediction/test_running.py",
        "presets/architecture": "fuzzing/test_damaged_presets.py",
        "presets/config_check": "fuzzing/test_damaged_presets.py",
        "training/batch_changes": "training/test_clip_data.py",
        "training/card_rewriting": "training/test_publishing.py",
        "training/config_groups": "training/test_clip_config.py",
        "training/data_groups": "training/test_clip_config.py",
        "training/clip_views": "training/test_view_clips.py",
        "training/clip_windows": "training/test_clip_data.py",
        "training/cross_validate_heads": "training/test_view_clips.py",
        "training/recipe": "training/test_recipe_lookup.py",
        "training/training_step": "training/test_training_run.py",
    },
    "a base class, tested through all that inherit from it": {
        "corpora/grey_faces": "tfds_builders/test_fer2013.py",
        "metrics/frame_mean_metric": "metrics/test_affect_metric.py",
        "metrics/moment_metric": "metrics/test_affect_metric.py",
    },
    "needs a trained run, which the tests of runs have": {
        "training/clip_experiment": "recipes/test_finetune.py",
        "training/clip_models": "recipes/test_finetune.py",
        "training/commands": "training/test_recipe_run.py",
        "training/validation_measures": "training/test_recipe_run.py",
    },
    "a recipe: the tests of all recipes find it by its name": {
        "recipes/affwildnet_vgg": "training/test_recipe_file.py",
        "recipes/compact_ferplus": "training/test_recipe_run.py",
        "recipes/emoaffectnet_lstm": "training/test_recipe_file.py",
        "recipes/emoaffectnet_static": "training/test_recipe_file.py",
        "recipes/rangulov_ckplus": "training/test_recipe_file.py",
        "recipes/rangulov_cnn": "training/test_recipe_file.py",
        "recipes/rangulov_gru": "training/test_recipe_file.py",
    },
}


def room_of(module):
    """The room a dotted name is in; None for other people's packages."""
    top, *rest = module.split(".")
    if top not in PACKAGES:
        return None
    return rest[0] if top == "emoaff" and rest else top


def imported_by(path):
    """The dotted names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: write the whole name"
            for each in node.names:
                # `from emoaff import x`: x is a room, or a name of emoaff's.
                whole = f"{node.module}.{each.name}"
                is_room = room_of(whole) in FLOOR_OF
                yield whole if is_room else node.module


@functools.cache
def imports():
    """Room, room it imports, and the file that does so."""
    found = []
    for top in PACKAGES:
        for path in sorted((ROOT / top).rglob("*.py")):
            place = path.relative_to(ROOT)
            own = room_of(".".join(place.with_suffix("").parts))
            own = "emoaff" if own == "__init__" else own
            for name in imported_by(path):
                other = room_of(name)
                if other is not None and other != own:
                    found.append((own, other, str(place)))
    return found


def rooms_on_disk():
    folders = filter(is_room, (ROOT / "emoaff").iterdir())
    return {*(path.name for path in folders), "version", *PACKAGES}


def is_room(path):
    return (path / "__init__.py").is_file()


def test_every_room_has_a_floor_and_every_floor_its_rooms():
    assert rooms_on_disk() == set(FLOOR_OF)
    assert len(FLOORS) <= 10
    # Packages in packages count as well.
    nested = [p for p in (ROOT / "emoaff").rglob("*") if is_room(p)]
    assert len(nested) + len(PACKAGES) <= 24


def test_nothing_imports_upward_so_that_there_is_no_circle():
    assert len(imports()) > 300
    wrong = {
        f"{file}: {own} imports {other}"
        for own, other, file in imports()
        if FLOOR_OF[other] >= FLOOR_OF[own]
    }
    assert not wrong


def test_version_is_the_only_loose_module():
    loose = {path.name for path in (ROOT / "emoaff").glob("*.py")}
    assert loose == {"__init__.py", "version.py"}


def public_packages():
    tops = sorted((ROOT / "emoaff").rglob("__init__.py"))
    places = [path.parent.relative_to(ROOT) for path in tops]
    return [".".join(place.parts) for place in places]


@pytest.mark.parametrize("name", public_packages())
def test_no_public_function_hides_a_module_of_its_name(name):
    package = __import__(name, fromlist=["x"])
    folder = pathlib.Path(package.__file__).parent
    inside = {path.stem for path in folder.glob("[!_]*.py")}
    inside |= {path.name for path in folder.iterdir() if is_room(path)}
    hidden = [
        each
        for each in inside
        if inspect.isroutine(getattr(package, each, None))
    ]
    assert not hidden


def test_no_public_function_has_the_name_of_a_room():
    rooms = rooms_on_disk()
    named_alike = [
        f"{name}.{each}"
        for name in public_packages()
        for each, value in vars(__import__(name, fromlist=["x"])).items()
        if inspect.isroutine(value) and each in rooms
    ]
    # What `emoaff.convert` is for; it lies in that package and hides nothing.
    assert named_alike == ["emoaff.convert.convert"]


def test_no_name_means_two_things_in_two_packages():
    meanings = {}
    for package in public_packages():
        module = __import__(package, fromlist=["x"])
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            # A class is known by its package: `metrics.Concordance`.
            if not inspect.isclass(value):
                meanings.setdefault(name, {})[id(value)] = f"{package}.{name}"
    assert len(meanings) > 60
    assert not [list(m.values()) for m in meanings.values() if len(m) > 1]


def test_packages_and_functions_can_be_used_side_by_side():
    code = (
        "import emoaff, emoaff.training, emoaff.evaluation; "
        "print(emoaff.train.__name__, emoaff.evaluate.__name__, "
        "emoaff.training.__name__, emoaff.evaluation.__name__)"
    )
    # Warnings of other packages, at import, are not ours to mend.
    command = [sys.executable, "-W", "error:::emoaff", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.split() == [
        "train",
        "evaluate",
        "emoaff.training",
        "emoaff.evaluation",
    ], done.stderr
    assert emoaff.train is emoaff.training.train


def holds_behaviour(path):
    """Whether a module has more than private names and records of data."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if getattr(node, "name", "_").startswith("_"):
            continue
        if isinstance(node, ast.FunctionDef):
            return True
        methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
        if any(not each.name.startswith("__") for each in methods):
            return True
    return False


def test_a_module_is_tested_where_its_name_says():
    tests, emoaff_folder = ROOT / "tests", ROOT / "emoaff"
    elsewhere, count = set(), 0
    for path in emoaff_folder.rglob("[!_]*.py"):
        place = path.relative_to(emoaff_folder)
        test = tests / place.with_name(f"test_{place.name}")
        count += 1
        if holds_behaviour(path) and not test.is_file():
            elsewhere.add(str(place.with_suffix("")))
    listed = {}
    for files in TESTED_ELSEWHERE.values():
        listed.update(files)
    assert count > 200
    assert elsewhere == set(listed)
    assert all((tests / file).is_file() for file in listed.values())
