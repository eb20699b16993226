import pytest

from emoaff import corpora
from tests.tfds_builders.built import Built
from tests.tfds_builders.test_video_folder import clip
from tests.tfds_builders.test_video_folder import table


@pytest.fixture
def build(tmp_path):
    return lambda root: Built("video_folder/whole", root, tmp_path / "data")


@pytest.mark.parametrize(
    "rows",
    [
        ("path,emotion", "clips/a.mp4,happy", "clips/b.mp4,sad"),
        ("File Name;Class", "clips/a.mp4;happy", "clips/b.mp4;sad"),
        ("video\texpression", "clips\\a.mp4\tHappy", "clips\\b.mp4\tsad"),
        (
            "file,path,emotion",
            "clips/a.mp4,elsewhere,happy",
            "clips/b.mp4,elsewhere,sad",
        ),
    ],
)
def test_columns_are_understood_by_what_others_call_them(rows, tmp_path, build):
    root = tmp_path / "own"
    clip(root / "clips" / "a.mp4")
    clip(root / "clips" / "b.mp4")
    table(root, *rows)
    built = build(root)
    assert built.classes == ["happy", "sad"]
    assert built.frames("clips/a.mp4")["expression"].tolist() == [0, 0, 0]
    assert built.frames("clips/b.mp4")["expression"].tolist() == [1, 1, 1]


def test_a_table_of_the_field_is_read(field_case, tmp_path, build):
    root = tmp_path / "own"
    clip(root / "clips" / "a.mp4")
    clip(root / "clips" / "b.mp4")
    source = field_case("label_table_other_names/labels.csv")
    (root / "labels.csv").write_bytes(source.read_bytes())
    built = build(root)
    assert built.classes == ["happy", "sad"]
    assert built.frames("clips/b.mp4")["expression"].tolist() == [1, 1, 1]


def test_a_table_of_something_else_does_not_hinder_class_folders(
    tmp_path, build
):
    root = tmp_path / "own"
    clip(root / "happy" / "1.mp4")
    clip(root / "sad" / "2.mp4")
    table(root, "item,price", "1,2", name="shopping.csv")
    built = build(root)
    assert built.classes == ["happy", "sad"]
    assert built.left_out() == {
        "neither a video nor a picture": ["shopping.csv"]
    }


def test_a_table_that_is_only_a_pointer_of_git_lfs_is_no_reason_to_guess(
    tmp_path,
):
    root = tmp_path / "own"
    clip(root / "clips" / "a.mp4")
    table(root, "version https://git-lfs.github.com/spec/v1", "oid sha256:0")
    with pytest.raises(ValueError, match="labels.csv.*git lfs pull"):
        corpora.prepare("video_folder/whole", root, tmp_path / "data", False)


def test_a_table_cut_in_the_middle_of_a_letter_is_refused(tmp_path):
    root = tmp_path / "own"
    clip(root / "clips" / "a.mp4")
    text = "file,label\nclips/a.mp4,sad\n".encode("utf-16")
    (root / "labels.csv").write_bytes(text[:-1])
    with pytest.raises(ValueError, match="begins as UTF-16 and breaks off"):
        corpora.prepare("video_folder/whole", root, tmp_path / "data", False)
