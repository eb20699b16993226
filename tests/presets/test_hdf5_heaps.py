import h5py
import pytest

from emoaff.presets.hdf5_heaps import refuse_broken_heaps


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as opened:
        opened.attrs["one"] = "a text of any length"
        opened.attrs["other"] = "another"
    return path


def test_a_sound_heap_is_let_pass(file):
    refuse_broken_heaps(file)


@pytest.mark.parametrize("size", [2**64 - 16, 2**64 - 1, 10_000, 4_096])
def test_an_object_that_reaches_beyond_its_heap_is_refused(size, file):
    data = bytearray(file.read_bytes())
    first = data.index(b"GCOL") + 16
    data[first + 8 : first + 16] = size.to_bytes(8, "little")
    file.write_bytes(data)
    with pytest.raises(ValueError, match="a heap of texts is damaged"):
        refuse_broken_heaps(file)


@pytest.mark.parametrize("size", [0, 8])
def test_free_room_that_does_not_end_with_its_heap_is_refused(size, file):
    data = bytearray(file.read_bytes())
    first = data.index(b"GCOL") + 16
    data[first : first + 2] = b"\0\0"
    data[first + 8 : first + 16] = size.to_bytes(8, "little")
    file.write_bytes(data)
    with pytest.raises(ValueError, match="a heap of texts is damaged"):
        refuse_broken_heaps(file)


@pytest.mark.parametrize("data", [b"", b"GCOL", b"no such file"])
def test_other_files_have_no_heap(data, tmp_path):
    (tmp_path / "a").write_bytes(data)
    refuse_broken_heaps(tmp_path / "a")
