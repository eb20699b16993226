import io
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from emoaff.convert.readers.torch_archive import read_torch

_DTYPES = (
    "float64 float32 float16 bfloat16 complex64 int64 int32 int16 int8 uint8 "
    "bool uint16 uint32 float8_e4m3fn"
).split()


class Small(nn.Module):
    """Has all that a module of TorchScript can hold tensors in."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.parts = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
        self.tied = self.parts[0]
        self.lstm = nn.LSTM(3, 2, batch_first=True)
        self.register_buffer("table", torch.arange(6).reshape(2, 3).t())
        self.scale = torch.ones(3)  # neither parameter nor buffer

    def forward(self, x):
        x = self.norm(self.conv(x)).mean((2, 3))
        x = self.tied(x) + self.parts(x) * self.scale
        y, _ = self.lstm(x[:, None])
        return y[:, -1] + torch.tensor([1.0, 2.0])


@pytest.fixture
def small():
    torch.manual_seed(0)
    return Small().eval()


def assert_same(file, expected):
    assert list(file.tensors) == list(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(
            file.tensors[name], tensor.detach().numpy(), name, strict=True
        )


def test_a_state_dict_is_read_as_pytorch_reads_it(small, tmp_path):
    torch.save(small.state_dict(), tmp_path / "a.pt")
    file = read_torch(tmp_path / "a.pt")
    assert file.kind == "state dict"
    assert_same(file, small.state_dict())


def test_the_format_before_pytorch_1_6_is_read(small, tmp_path):
    torch.save(
        small.state_dict(),
        tmp_path / "a.pth",
        _use_new_zipfile_serialization=False,
    )
    assert_same(read_torch(tmp_path / "a.pth"), small.state_dict())


@pytest.mark.filterwarnings("ignore")  # torch: jit is on its way out
@pytest.mark.parametrize("how", ["script", "trace"])
def test_torchscript_has_the_names_of_its_state_dict(small, tmp_path, how):
    made = torch.jit.script(small)
    if how == "trace":
        made = torch.jit.trace(small, torch.zeros(1, 3, 6, 6))
    torch.jit.save(made, tmp_path / "a.pth")
    file = read_torch(tmp_path / "a.pth")
    assert file.kind == "TorchScript"
    assert_same(file, made.state_dict())
    assert "scale" not in file.tensors
    if how == "trace":
        np.testing.assert_array_equal(file.constants[-1], [1, 2])


def test_torchscript_without_its_code_gives_all_tensors(small, tmp_path):
    with pytest.warns(DeprecationWarning):
        torch.jit.save(torch.jit.script(small), tmp_path / "a.pth")
    with (
        zipfile.ZipFile(tmp_path / "a.pth") as old,
        zipfile.ZipFile(tmp_path / "b.pth", "w") as new,
    ):
        for name in old.namelist():
            if "/code/" not in name:
                new.writestr(name, old.read(name))
    found = read_torch(tmp_path / "b.pth").tensors
    assert set(found) == {*small.state_dict(), "scale"}


@pytest.mark.filterwarnings("ignore")
def test_frozen_torchscript_is_refused(small, tmp_path):
    frozen = torch.jit.freeze(torch.jit.script(small))
    torch.jit.save(frozen, tmp_path / "a.pth")
    with pytest.raises(ValueError, match="torch.jit.freeze"):
        read_torch(tmp_path / "a.pth")


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


@pytest.mark.parametrize("dtype", _DTYPES)
@pytest.mark.parametrize("new", [True, False])
def test_numbers_of_every_dtype(tmp_path, dtype, new):
    kind = getattr(torch, dtype)
    if not new and dtype in ("uint16", "uint32", "float8_e4m3fn"):
        pytest.skip("torch keeps no such storages in the old format")
    tensor = torch.tensor([0, 1, 2, 3.5, 100]).to(kind)
    torch.save(
        {"a": tensor}, tmp_path / "a.pt", _use_new_zipfile_serialization=new
    )
    found = read_torch(tmp_path / "a.pt").tensors["a"]
    assert str(found.dtype) == dtype
    wide = torch.complex128 if kind.is_complex else torch.float64
    np.testing.assert_array_equal(
        found.astype(np.complex128), tensor.to(wide).numpy()
    )


def test_views_of_one_storage_are_read_as_they_are(tmp_path):
    whole = torch.arange(24.0).reshape(2, 3, 4)
    views = {
        "whole": whole,
        "turned": whole.permute(2, 0, 1),
        "part": whole[1, 1:, ::2],
        "last": whole[1, 2, 3],
        "empty": whole[:0],
        "parameter": nn.Parameter(whole.clone()),
    }
    torch.save(views, tmp_path / "a.pt")
    with zipfile.ZipFile(tmp_path / "a.pt") as file:
        storages = [n for n in file.namelist() if "/data/" in n]
    assert len(storages) == 2
    assert_same(read_torch(tmp_path / "a.pt"), views)


@pytest.mark.parametrize("kind", ["float32", "bfloat16", "complex64", "int64"])
def test_big_endian_numbers_are_turned(tmp_path, kind):
    values = torch.arange(5).to(getattr(torch, kind))
    torch.save({"a": values}, tmp_path / "a.pt")
    width = values.element_size() // (2 if values.is_complex() else 1)
    with (
        zipfile.ZipFile(tmp_path / "a.pt") as old,
        zipfile.ZipFile(tmp_path / "b.pt", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("/byteorder"):
                data = b"big"
            elif "/data/" in name:
                data = np.frombuffer(data, f"u{width}").byteswap().tobytes()
            new.writestr(name, data)
    found = read_torch(tmp_path / "b.pt").tensors["a"]
    np.testing.assert_array_equal(
        found.astype(np.complex64), values.to(torch.complex64).numpy()
    )


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
