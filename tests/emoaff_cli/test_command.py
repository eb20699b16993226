import csv
import functools
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

import emoaff_cli
from emoaff import presets
from emoaff import recipes
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import picture
from tests.ferplus_files import write_ferplus
from tests.sample import CLIP
from tests.sample import PORTRAIT


def complaint(capsys):
    """What was printed to standard error, which must be plain sentences."""
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return captured


def predict(*inputs, out, **options):
    argv = ["predict", *map(str, inputs), "--out", str(out)]
    for name, value in options.items():
        argv += [f"--{name}", str(value)]
    return emoaff_cli.main(argv)


def test_predict_writes_a_table_and_its_header(tmp_path, capsys):
    assert predict(PORTRAIT, out=tmp_path / "out") == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == str(tmp_path / "out" / "astronaut.csv")
    with (tmp_path / "out" / "astronaut.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["expression"] == "happiness"
    assert row["valence"] == row["arousal"] == ""
    header = json.loads((tmp_path / "out" / "astronaut.json").read_text())
    assert header["model"]["name"] == "compact_ferplus"
    assert header["smoothing"]["width_s"] > 0
    assert header["versions"]["tensorflow"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "astronaut.csv",
        "astronaut.json",
    ]


def broken(kind, root):
    """Makes one broken input; returns it and a word of its complaint."""
    root.mkdir(exist_ok=True)
    path = root / f"{kind}.mp4"
    if kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("this is no video\n" * 100)
    elif kind == "folder":
        path = root / "photos"
        path.mkdir()
        (path / "notes.txt").write_text("nothing")
    return path


def sentences(said):
    """What was complained of; a slow machine shows progress beside it."""
    return [line for line in said.splitlines() if line.startswith("emoaff: ")]


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "folder"])
def test_a_bad_input_costs_one_sentence_and_no_other_input(
    kind, tmp_path, capsys
):
    bad = broken(kind, tmp_path / "in")
    assert predict(bad, PORTRAIT, out=tmp_path / "out") == 2
    captured = complaint(capsys)
    (sentence,) = sentences(captured.err)
    assert str(bad) in sentence
    assert (tmp_path / "out" / "astronaut.csv").is_file()
    assert not [p for p in (tmp_path / "out").iterdir() if "part" in p.name]


def test_a_truncated_video_costs_one_sentence(shared_data, tmp_path, capsys):
    data = (shared_data / "videos" / "single_face.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) // 2])
    code = predict(cut, PORTRAIT, out=tmp_path / "out")
    captured = complaint(capsys)
    assert code == 2
    (sentence,) = sentences(captured.err)
    assert "cut.mp4" in sentence
    assert (tmp_path / "out" / "astronaut.csv").is_file()


def test_a_video_cut_behind_its_index_keeps_what_could_be_read(
    tmp_path, capsys
):
    data = CLIP.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: len(data) // 2])
    assert predict(cut, PORTRAIT, out=tmp_path / "out") == 2
    captured = complaint(capsys)
    (sentence,) = [s for s in captured.err.splitlines() if "emoaff" in s]
    assert "declares 6.00 s" in sentence
    assert str(tmp_path / "out" / "cut.csv") in sentence
    with (tmp_path / "out" / "cut.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert 20 < len(rows) < 140
    assert (tmp_path / "out" / "astronaut.csv").is_file()


def test_an_unknown_preset_lists_the_known(tmp_path, capsys):
    assert predict(PORTRAIT, out=tmp_path / "out", model="nope") == 2
    assert "compact_ferplus" in complaint(capsys).err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["missing", "corrupt"])
def test_a_damaged_preset_folder_is_named(damage, tmp_path, capsys):
    folder = tmp_path / "mine"
    shutil.copytree(presets.find("compact_ferplus"), folder)
    weights = folder / presets.WEIGHTS
    if damage == "missing":
        weights.unlink()
    else:
        weights.write_bytes(weights.read_bytes()[:-100])
    assert predict(PORTRAIT, out=tmp_path / "out", model=folder) == 2
    captured = complaint(capsys)
    assert captured.err.count("\n") == 1
    assert str(folder) in captured.err


def test_an_out_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("precious")
    assert predict(PORTRAIT, out=tmp_path / "file" / "out") == 2
    assert "--out" in complaint(capsys).err
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_out_folder_without_permission_is_named(tmp_path, capsys):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert predict(PORTRAIT, out=tmp_path / "locked") == 2
    assert "--out" in complaint(capsys).err


def test_prepare_evaluate_and_json(tmp_path, capsys):
    rows = balanced_rows(16) + balanced_rows(8, "PublicTest", first=16)
    write_ferplus(tmp_path / "manual", rows)
    data = ["--data-dir", str(tmp_path / "data")]
    manual = ["--manual-dir", str(tmp_path / "manual")]
    assert emoaff_cli.main(["prepare", "ferplus", *manual, *data]) == 0
    assert "validation: 8 examples" in capsys.readouterr().out
    scores = tmp_path / "scores.json"
    argv = ["evaluate", "compact_ferplus", "--dataset", "ferplus", *data]
    argv += ["--split", "validation", "--json", str(scores)]
    assert emoaff_cli.main(argv) == 0
    printed = capsys.readouterr().out
    written = json.loads(scores.read_text())
    (accuracy,) = (r for r in written["rows"] if r["measure"] == "accuracy")
    assert f"{accuracy['value']:.4f}" in printed
    assert "preprocessing: one crop a picture" in printed
    assert written["facts"]["frames"]["scored"] == 8


def test_evaluate_writes_doubt_and_spoiled_pictures_into_the_card(
    tmp_path, capsys
):
    rows = balanced_rows(8) + balanced_rows(8, "PublicTest", first=8)
    write_ferplus(tmp_path / "corpus", rows)
    data = ["--data-dir", str(tmp_path / "data")]
    manual = ["--manual-dir", str(tmp_path / "corpus")]
    assert emoaff_cli.main(["prepare", "ferplus", *manual, *data]) == 0
    preset = tmp_path / "preset"
    shutil.copytree(presets.find("compact_ferplus"), preset)
    before = presets.read_config(preset)
    argv = ["evaluate", str(preset), "--dataset", "ferplus", *data]
    argv += ["--split", "validation", "--json", str(tmp_path / "scores.json")]
    more = ["--coverage", "--spoiled", "--card"]
    assert emoaff_cli.main([*argv, *more]) == 0
    assert "| margin 1.6 |" in capsys.readouterr().out
    after = presets.read_config(preset)
    parts = {row["part"] for row in after["scores"]["robustness"]["rows"]}
    assert {"as stored", "margin 1.6", "JPEG 20"} <= parts
    assert after["scores"]["coverage"]["rows"][0]["part"] == "at least 0.5"
    card = (preset / presets.CARD).read_text()
    assert "## When it keeps silent" in card and "| JPEG 20 |" in card
    assert f"{before['provenance']['evaluate_command']} --coverage" in card
    del before["scores"], after["scores"]
    assert after == before
    assert presets.load_preset(preset).predict([picture(0)])
    stored = json.loads((tmp_path / "scores.json").read_text())
    assert stored["robustness"]["rows"] and stored["coverage"]["rows"]


def test_evaluate_says_how_to_build_what_is_missing(tmp_path, capsys):
    argv = ["evaluate", "compact_ferplus", "--dataset", "ferplus"]
    argv += ["--split", "validation", "--data-dir", str(tmp_path)]
    assert emoaff_cli.main(argv) == 2
    assert "emoaff prepare ferplus" in complaint(capsys).err


def test_train_refuses_a_setting_without_a_value(tmp_path, capsys):
    argv = ["train", "compact_ferplus", "--data-dir", "x", "--out", "y"]
    assert emoaff_cli.main([*argv, "--set", "seed"]) == 2
    assert "NAME=VALUE" in complaint(capsys).err


def test_corpora_lists_builders_and_the_tree_wanted(capsys):
    assert emoaff_cli.main(["corpora"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("ferplus  FER+") for line in lines)
    assert emoaff_cli.main(["corpora", "ferplus"]) == 0
    assert "data/FER2013Train/fer0000000.png" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["", "predict", "train", "evaluate"])
def test_help_names_the_command(command, capsys):
    with pytest.raises(SystemExit) as exit_:
        emoaff_cli.main([*command.split(), "--help"])
    assert exit_.value.code == 0
    assert f"emoaff {command}".strip() in capsys.readouterr().out


@pytest.mark.parametrize("value", ["0", "-1", "two"])
def test_every_must_be_positive(value, capsys):
    with pytest.raises(SystemExit) as exit_:
        emoaff_cli.main(["predict", "x.mp4", "--every", value])
    assert exit_.value.code == 2
    assert "--every" in complaint(capsys).err


def test_the_installed_command_is_this_one():
    (entry,) = importlib.metadata.entry_points(
        group="console_scripts", name="emoaff"
    )
    assert entry.load() is emoaff_cli.main


def test_an_empty_corpus_folder_costs_one_sentence(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    code = emoaff_cli.main(
        [
            *("prepare", "ferplus", "--manual-dir", str(tmp_path / "empty")),
            *("--data-dir", str(tmp_path / "data")),
        ]
    )
    assert code == 2
    error = capsys.readouterr().err
    assert "which is empty" in error
    assert "Traceback" not in error


def test_a_corpus_of_files_needs_their_folder(tmp_path, capsys):
    code = emoaff_cli.main(["prepare", "ferplus", "--data-dir", str(tmp_path)])
    assert code == 2
    assert "emoaff corpora ferplus" in capsys.readouterr().err


def test_recipes_are_listed_and_explained(capsys):
    assert emoaff_cli.main(["recipes"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == recipes.list_recipes()
    assert emoaff_cli.main(["recipes", "tzirakis_recola"]) == 0
    printed = capsys.readouterr().out
    row = "| recola | {} | CCC arousal | {} |  | Table 5, RealEyes start |"
    assert row.format("test", "0.341") in printed
    assert row.format("validation", "0.376") in printed
    assert "emoaff train tzirakis_recola --small" in printed
    assert (
        "| synthetic_affect/studio | validation | CCC mean | 0.876 | 0 | me"
        in printed
    )
    assert emoaff_cli.main(["recipes", "nope"]) == 2


def test_a_name_that_begins_with_a_dash_is_a_file_if_there_is_one(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in ("-x.jpg", "--Me.jpg"):
        shutil.copy(PORTRAIT, name)
    os.mkdir("-out.d")
    assert predict("-x.jpg", "--Me.jpg", out="-out.d") == 0
    assert (tmp_path / "-out.d" / "-x.csv").is_file()
    assert (tmp_path / "-out.d" / "--Me.csv").is_file()


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_every_signal_to_end_leaves_no_half_file(
    number, status, tmp_path, monkeypatch, capsys, request
):
    from emoaff.prediction import timeline

    rows = timeline.Timeline.linked
    # A test run in the background may have been started with these ignored.
    usual = signal.SIG_DFL
    if number == signal.SIGINT:
        usual = signal.default_int_handler
    request.addfinalizer(
        functools.partial(signal.signal, number, signal.signal(number, usual))
    )
    before = signal.getsignal(number)

    def ended(self, *arguments):
        for row in rows(self, *arguments):
            if self.kind == "video":
                os.kill(os.getpid(), number)
            yield row

    monkeypatch.setattr(timeline.Timeline, "linked", ended)
    assert predict(PORTRAIT, CLIP, out=tmp_path) == status
    said = sentences(complaint(capsys).err)
    assert said == [
        "emoaff: stopped; 1 of 2 result is finished and kept.",
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "astronaut_jpg.csv",
        "astronaut_jpg.json",
        "summary.csv",
    ]
    assert signal.getsignal(number) is before
    assert predict(CLIP, out=tmp_path) == status
    assert "no result was finished" in complaint(capsys).err


def test_a_console_of_ascii_shows_every_name_somehow(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    kept = os.fsencode(folder)
    for name in (b"caf\xe9.jpg", "日本語の名前.jpg".encode(), b"a\nb.jpg"):
        shutil.copy(PORTRAIT, kept + b"/" + name)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "emoaff_cli", "predict", str(folder)),
            *("--out", str(tmp_path / "out"), "--annotate"),
        ],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    # Three files for each, and summary.csv.
    assert len(list((tmp_path / "out").iterdir())) == 10
    printed = done.stdout.decode("ascii").splitlines()
    for name in (
        r"caf\xe9",
        r"a\nb",
        r"\u65e5\u672c\u8a9e\u306e\u540d\u524d",
    ):
        assert f"{name}.jpg: happiness, probability >99 %" in printed


def test_all_faces_of_a_large_photo_are_found(shared_data, tmp_path, capsys):
    photo = shared_data.parent / "field_cases" / "group12mp.jpg"
    if not photo.is_file():
        pytest.skip("needs shared/field_cases/group12mp.jpg")
    assert predict(photo, out=tmp_path) == 0
    assert "5 people" in capsys.readouterr().out
    header = json.loads((tmp_path / "group12mp.json").read_text())
    assert (header["persons"], header["smallest_face_px"]) == (5, 37.8)


def test_a_min_face_that_is_too_small_costs_one_sentence(tmp_path, capsys):
    options = {"min-face": 5}
    assert predict(PORTRAIT, out=tmp_path, **options) == 2
    (sentence,) = sentences(complaint(capsys).err)
    assert "min_face to be 12 pixels or more" in sentence
