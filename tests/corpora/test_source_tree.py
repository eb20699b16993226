import os
import pathlib

import pytest

from emoaff.corpora import source_tree
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.corpora.source_tree import explain_unusable
from emoaff.corpora.source_tree import is_junk

P = pathlib.PurePosixPath
FILES = (
    "b/VA_Set/1.txt",
    "b/VA_Set/deep/2.txt",
    "b/va set.txt",
    "b.mp4",
    "a b/Labels.CSV",
    "a_b/x/labels.csv",
    "C/D/E/F/labels.csv",
)
JUNK = (
    ".DS_Store",
    "b/._b.mp4",
    "b/VA_Set/Thumbs.db",
    "__MACOSX/b/1.txt",
    ".hidden/deep/1.txt",
)


@pytest.fixture
def root(tmp_path):
    for file in FILES + JUNK:
        path = tmp_path / "own" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file)
    (tmp_path / "own" / "empty").mkdir()
    return tmp_path / "own"


def paths(*files):
    return [P(file) for file in files]


def test_files_are_sorted_and_junk_is_set_apart(root):
    tree = SourceTree(root)
    assert tree.files == sorted(paths(*FILES))
    assert sorted(tree.junk) == sorted(paths(*JUNK))
    assert all(is_junk(file) for file in tree.junk)
    assert not any(is_junk(file) for file in tree.files)


def test_folders_are_those_with_something_in_them(root):
    expected = {P(".")}
    for file in paths(*FILES):
        expected.update(file.parents)
    found = SourceTree(root).folders
    assert set(found) == expected
    assert found == sorted(found, key=lambda f: (len(f.parts), f))


def test_below_and_inside_are_parts_of_the_files(root):
    tree = SourceTree(root)
    for folder in [*tree.folders, P("none"), P("b/va_set")]:
        below = [file for file in tree.files if folder in file.parents]
        assert tree.below(folder) == below
        inside = [file for file in tree.files if file.parent == folder]
        assert tree.inside(folder) == inside


def test_names_are_found_whatever_their_case_and_blanks(root):
    tree = SourceTree(root)
    assert tree.find_folders("va set") == paths("b/VA_Set")
    assert tree.find_folders("A_*") == paths("a b", "a_b")
    assert tree.find_folders("f", depth=3) == []
    assert tree.find_folders("f", depth=4) == paths("C/D/E/F")
    assert tree.find_files("LABELS.csv") == paths(
        "a b/Labels.CSV", "a_b/x/labels.csv"
    )
    assert tree.find_files("labels.csv", 2) == paths("a b/Labels.CSV")
    assert tree.find_files("?.txt", 9) == paths(
        "b/VA_Set/1.txt", "b/VA_Set/deep/2.txt"
    )


def test_links_are_followed_but_not_for_ever(root):
    (root / "b" / "back").symlink_to(root, target_is_directory=True)
    (root / "to").symlink_to(root / "a b", target_is_directory=True)
    (root / "gone.mp4").symlink_to(root / "nothing")
    found = SourceTree(root).files
    assert P("to/Labels.CSV") in found
    assert P("gone.mp4") in found
    assert len(found) == len(FILES) + 2


def test_a_folder_that_may_not_be_looked_into_is_told(root, monkeypatch):
    look = os.scandir

    def forbidden(path):
        if str(path).endswith("VA_Set"):
            raise PermissionError(path)
        return look(path)

    monkeypatch.setattr(source_tree.os, "scandir", forbidden)
    tree = SourceTree(root)
    assert tree.closed == paths("b/VA_Set")
    assert tree.inside(P("b")) == paths("b/va set.txt")


def test_what_is_not_worth_opening_is_reported(root):
    (root / "empty.mp4").touch()
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    (root / "pointer.mp4").write_text(pointer)
    # As long as no pointer is.
    (root / "long.mp4").write_text(pointer + "x" * 2000)
    (root / "gone.mp4").symlink_to(root / "nothing")
    report = BuildReport("own")
    tree = SourceTree(root)
    kept = tree.media(report)
    assert kept == paths("b.mp4", "long.mp4")
    left_out = {
        each["why"]: each["names"] for each in report.to_dict()["left_out"]
    }
    assert left_out["empty"] == ["empty.mp4"]
    assert left_out["cannot be opened"] == ["gone.mp4"]
    (of_git,) = (why for why in left_out if "Git LFS" in why)
    assert left_out[of_git] == ["pointer.mp4"]
    assert explain_unusable(root / "pointer.mp4") == of_git
    assert explain_unusable(root / "b.mp4") is None
    assert len(left_out["put there by the operating system"]) == len(JUNK)


def test_content_makes_media_of_any_name(tmp_path):
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    (tmp_path / "notes").write_text("hello")
    report = BuildReport("own")
    assert SourceTree(tmp_path).media(report) == paths("photo")
    (left_out,) = report.to_dict()["left_out"]
    assert left_out["why"] == "neither a video nor a picture"
    assert left_out["names"] == ["notes"]


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_a_name_that_is_no_utf_8_is_reported_and_breaks_nothing(tmp_path):
    name = os.fsdecode(b"caf\xe9.mp4")
    try:
        (tmp_path / name).write_text("x")
    except OSError:
        pytest.skip("the file system takes UTF-8 only")
    tree, report = SourceTree(tmp_path), BuildReport("own")
    assert tree.media(report) == []
    assert "caf\\udce9.mp4" in report.to_text()
    assert report.write(tmp_path, fingerprint=tree.fingerprint()).exists()


def test_a_fingerprint_follows_names_sizes_and_the_text_of_labels(root):
    first = SourceTree(root).fingerprint()
    assert len(first) == 64
    os.utime(root / "b.mp4", (0, 0))
    (root / "b" / "._c.mp4").write_text("junk")
    (root / "b.mp4").write_text("B.MP4")  # as long as before
    assert SourceTree(root).fingerprint() == first
    prints = {first}
    (root / "b.mp4").write_text("longer")
    prints.add(SourceTree(root).fingerprint())
    (root / "b.mp4").rename(root / "c.mp4")
    prints.add(SourceTree(root).fingerprint())
    for name in ("a b/Labels.CSV", "b/va set.txt"):
        text = (root / name).read_text()
        (root / name).write_text(text[::-1])  # as long as before
        prints.add(SourceTree(root).fingerprint())
    assert len(prints) == 5


def test_a_fingerprint_does_not_change_with_what_a_survey_takes_out(root):
    tree = SourceTree(root)
    tree.files.remove(P("b.mp4"))
    assert P("b.mp4") not in tree.files
    assert tree.fingerprint() == SourceTree(root).fingerprint()


def test_a_refusal_says_what_is_there(root):
    error = SourceTree(root).refuse("a folder CREMA-D", "crema_d")
    assert isinstance(error, FileNotFoundError)
    assert str(error) == (
        f"Expected a folder CREMA-D in or up to three levels below {root}. "
        "Found C, a b, a_b, b, .... `emoaff corpora crema_d` prints what it "
        "must hold and where to get it."
    )


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (("happy/1.jpg", "sad/2.jpg"), True),
        (("train/happy/1.mp4", "train/sad/2.mp4", "val/sad/3.mp4"), True),
        (("happy/1.jpg", "sad/2.txt"), False),
        (("1.jpg", "2.mp4"), False),
        (("Actor_01/a/1.csv", "Actor_02/a/1.csv"), False),
    ],
)
def test_a_refusal_of_class_folders_names_what_takes_them(
    tmp_path, files, named
):
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(b"1")
    error = SourceTree(tmp_path).refuse("training.csv", "affectnet")
    said = "a folder for each class, prepare them as video_folder, or as "
    assert (said + "video_folder/whole" in str(error)) == named
