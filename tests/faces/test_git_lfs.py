import pytest

from emoaff.faces import Video
from emoaff.faces import read_picture
from emoaff.faces.git_lfs import is_pointer
from emoaff.faces.git_lfs import refuse_pointer
from emoaff.prediction.files import predict_files
from emoaff.presets import load_preset

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


@pytest.fixture
def pointer(tmp_path):
    def written(name):
        path = tmp_path / name
        path.write_text(POINTER)
        return path

    return written


def test_only_short_files_that_begin_so_are_pointers(tmp_path, pointer):
    assert is_pointer(pointer("clip.mp4"))
    (tmp_path / "long").write_text(POINTER + "x" * 2000)
    (tmp_path / "other").write_text("version https://example.org\n" * 9)
    (tmp_path / "empty").touch()
    for name in ("long", "other", "empty"):
        assert not is_pointer(tmp_path / name)
        refuse_pointer(tmp_path / name, "a picture")


@pytest.mark.parametrize(
    ("read", "name"), [(read_picture, "a.jpg"), (Video, "a.mp4")]
)
def test_a_pointer_in_place_of_media_says_git_lfs_pull(read, name, pointer):
    with pytest.raises(ValueError, match=f"{name}: expected .*git lfs pull"):
        read(pointer(name))


def test_predict_says_git_lfs_pull_for_each_pointer(tmp_path, pointer):
    paths = [pointer("a.jpg"), pointer("b.mp4")]
    failures = predict_files(
        paths, load_preset("compact_ferplus"), tmp_path / "out"
    )
    assert [failure.path for failure in failures] == paths
    assert all("git lfs pull" in failure.reason for failure in failures)
