import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from emoaff.convert.readers.torch_archive import read_torch
from tests.convert.readers.torch_files import archive
from tests.convert.readers.torch_files import assert_same
from tests.convert.readers.torch_files import stored

_DTYPES = (
    "float64 float32 float16 bfloat16 complex64 int64 int32 int16 int8 uint8 "
    "bool uint16 uint32 float8_e4m3fn"
).split()


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


def test_the_hand_written_pickle_is_a_tensor(tmp_path):
    values = np.arange(4, dtype=np.float32)
    path = archive(tmp_path / "a", stored([2, 2], [2, 1]), data_0=values.data)
    np.testing.assert_array_equal(
        read_torch(path).tensors["w"], values.reshape(2, 2)
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"shape": [3, 2], "strides": [2, 1]},
        {"shape": [2, 2], "strides": [2, 1], "offset": 1},
        {"shape": [2**40], "strides": [0]},
        {"shape": [2**31, 2**31], "strides": [1, 1]},
        {"shape": [4], "strides": [1], "count": 2**40},
        {"shape": [-1], "strides": [1]},
        {"shape": [2], "strides": [-1], "offset": 3},
        {"shape": [2], "strides": [1, 1]},
        {"shape": [2], "strides": [1], "kind": "QInt8Storage"},
        {"shape": [2], "strides": [1], "key": "1"},
        {"shape": [2], "strides": [1], "key": "../version"},
        {"shape": [1] * 80, "strides": [1] * 80},
    ],
    ids=str,
)
def test_a_tensor_that_claims_more_than_is_there(tmp_path, claims):
    data = np.zeros(4, np.float32).data
    path = archive(tmp_path / "a.pt", stored(**claims), data_0=data)
    with pytest.raises(ValueError, match="^Expected .*a.pt"):
        read_torch(path)
