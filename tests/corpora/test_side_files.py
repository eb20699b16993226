import pathlib

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.side_files import note_side_files
from emoaff.corpora.side_files import select_side_files
from emoaff.corpora.side_files import store_side_files
from emoaff.corpora.source_tree import SourceTree


def write(path, content="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def find_name(stem):
    return stem.upper() if stem.lower().startswith("p") else None


def test_the_topmost_usable_file_of_each_recording_is_stored(tmp_path):
    source, built = tmp_path / "source", tmp_path / "built"
    write(source / "a" / "p1.WAV", "one")
    write(source / "a" / "copies" / "P1.wav", "other")
    write(source / "P2.wav", "")
    write(source / "P3.wav")
    write(source / "music.wav")
    tree, report = SourceTree(source), BuildReport("x")
    sides = {"audio": select_side_files(tree, tree.files, find_name, report)}
    assert sides["audio"] == {
        "P1": pathlib.PurePosixPath("a/p1.WAV"),
        "P3": pathlib.PurePosixPath("P3.wav"),
    }
    left_out = report.describe_left_out()
    assert "(empty), such as P2.wav" in left_out
    assert "stands in two files), such as a/copies/P1.wav" in left_out
    names = ["P1", "P2"]  # P3 is not built
    note_side_files(sides, names, report)
    assert report.notes == [
        "audio of 1 of 2 recordings is stored beside the frames, for "
        "data.modalities=video,audio"
    ]
    store_side_files(sides, names, source, built)
    stored = [path for path in built.rglob("*") if path.is_file()]
    assert stored == [built / "side" / "audio" / "P1.wav"]
    assert stored[0].read_text() == "one"
