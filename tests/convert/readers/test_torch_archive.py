import io
import struct
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from emoaff.convert.readers.torch_archive import read_torch
from tests.convert.readers.torch_files import assert_same


def test_a_state_dict_is_read_as_pytorch_reads_it(small, tmp_path):
    torch.save(small.state_dict(), tmp_path / "a.pt")
    file = read_torch(tmp_path / "a.pt")
    assert file.kind == "state dict"
    assert_same(file, small.state_dict())


def test_safetensors_is_read(small, tmp_path):
    tensors = {
        "half": torch.ones(2, 3, dtype=torch.bfloat16),
        "b": torch.arange(4),
    }
    save_file(tensors, tmp_path / "a.safetensors")
    found = read_torch(tmp_path / "a.safetensors")
    assert found.kind == "safetensors"
    assert str(found.tensors["half"].dtype) == "bfloat16"
    np.testing.assert_array_equal(found.tensors["b"], [0, 1, 2, 3])


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_a_state_dict_within_a_checkpoint_is_found(tmp_path, key):
    weight = torch.ones(2, 3)
    optimizer = torch.optim.SGD([nn.Parameter(weight)], 0.1, momentum=0.9)
    checkpoint = {
        "epoch": 3,
        "best": np.float64(0.5),
        "optimizer": optimizer.state_dict(),
        "device": torch.device("cpu"),
        "shape": weight.shape,
        key: {"module.fc.weight": weight, "module.fc.bias": torch.zeros(2)},
    }
    torch.save(checkpoint, tmp_path / "a.pt")
    found = read_torch(tmp_path / "a.pt").tensors
    assert list(found) == ["fc.weight", "fc.bias"]


def test_a_prefix_that_only_some_have_stays(tmp_path):
    tensors = {"module.a": torch.ones(1), "b": torch.ones(1)}
    torch.save(tensors, tmp_path / "a.pt")
    assert list(read_torch(tmp_path / "a.pt").tensors) == ["module.a", "b"]


def test_the_file_is_read_as_it_is_named_in_any_folder(tmp_path):
    buffer = io.BytesIO()
    torch.save({"a": torch.ones(2)}, buffer)  # its folder is `archive`
    (tmp_path / "other.pt").write_bytes(buffer.getvalue())
    assert list(read_torch(tmp_path / "other.pt").tensors) == ["a"]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(tmp_path, old, part):
    path = tmp_path / "a.pt"
    torch.save(
        nn.Linear(50, 50).state_dict(),
        path,
        _use_new_zipfile_serialization=not old,
    )
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(ValueError, match="^Expected a file that PyTorch"):
        read_torch(path)


def test_every_byte_changed_gives_numbers_or_a_sentence(tmp_path):
    buffer = io.BytesIO()
    torch.save(
        nn.Linear(3, 2).state_dict(),
        buffer,
        _use_new_zipfile_serialization=False,
    )
    whole = np.frombuffer(buffer.getvalue(), np.uint8)
    rng = np.random.default_rng(0)
    path = tmp_path / "a.pt"
    refused = 0
    for place in rng.choice(len(whole), 300, replace=False):
        damaged = whole.copy()
        damaged[place] ^= rng.integers(1, 256)
        path.write_bytes(damaged.tobytes())
        try:
            read_torch(path)
        except ValueError as error:
            assert str(error).startswith("Expected ")
            refused += 1
    assert 50 < refused < 300


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com", "a pointer of Git LFS"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"", "of no kind known"),
        (struct.pack("<Q", 2**40) + b"{", "cannot be read"),
    ],
)
def test_other_files_are_told_apart(tmp_path, start, what):
    (tmp_path / "a.pt").write_bytes(start)
    with pytest.raises(ValueError, match=what):
        read_torch(tmp_path / "a.pt")


def test_an_archive_without_tensors_says_what_it_has(tmp_path):
    torch.save({"epoch": 3, "names": ["a"]}, tmp_path / "a.pt")
    with pytest.raises(ValueError, match="epoch, names"):
        read_torch(tmp_path / "a.pt")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as file:
        file.writestr("x.txt", "x")
    with pytest.raises(ValueError, match="no data.pkl"):
        read_torch(tmp_path / "b.zip")
    with pytest.raises(FileNotFoundError, match="There is no"):
        read_torch(tmp_path / "c.pt")
