import pytest

from emoaff.convert.origin import hash_files

# Of the empty file, by `sha256sum /dev/null`.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_checkpoint_is_all_its_files(tmp_path):
    names = ["a.ckpt.index", "a.ckpt.meta", "a.ckpt.data-00000-of-00001"]
    for name in [*names, "b.ckpt.index", "a.ckpt"]:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "a.ckpt").unlink()
    expected = dict.fromkeys(sorted(names), EMPTY)
    for given in ("a.ckpt", *names):
        assert hash_files(tmp_path / given) == expected
    with pytest.raises(FileNotFoundError, match="no .*c.ckpt"):
        hash_files(tmp_path / "c.ckpt")
