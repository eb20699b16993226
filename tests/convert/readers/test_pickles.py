"""Code in a pickle is refused, and never run."""

import pickle

import numpy as np
import pytest
import torch
from torch import nn

from emoaff.convert.readers.torch_archive import read_torch
from tests.convert.readers.torch_files import ATTACKS
from tests.convert.readers.torch_files import archive
from tests.convert.readers.torch_files import stored


@pytest.mark.parametrize("attack", list(ATTACKS))
@pytest.mark.parametrize("old", [False, True], ids=["zip", "before 1.6"])
def test_code_in_a_pickle_is_named_and_never_runs(
    tmp_path, monkeypatch, attack, old
):
    monkeypatch.chdir(tmp_path)
    pickled, name = ATTACKS[attack]
    path = tmp_path / "a.pt"
    if old:
        torch.save({}, path, _use_new_zipfile_serialization=False)
        head = b"".join(
            pickle.dumps(part, 2)
            for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
        )
        path.write_bytes(head + pickled)
    else:
        archive(path, pickled)
    with pytest.raises(ValueError, match="Nothing was run") as error:
        read_torch(path)
    assert f"refers to {name}" in str(error.value)
    assert not (tmp_path / "harmed.txt").exists()


def test_the_attacks_would_work_on_pickle(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pickle.loads(ATTACKS["a name on the stack"][0])
    assert (tmp_path / "harmed.txt").exists()


def test_a_whole_model_object_is_refused_by_its_class(tmp_path):
    torch.save(nn.Linear(2, 2), tmp_path / "a.pt")
    with pytest.raises(ValueError, match="Linear.*model.state_dict"):
        read_torch(tmp_path / "a.pt")


# A tuple of twice the tuple before, 200 times: 2 ** 200 to walk through.
_NESTED = b")" + b"q\x00h\x00\x86" * 200


@pytest.mark.parametrize(
    "before",
    [
        b"}" + _NESTED + b"I1\ns0",
        b"\x8f(" + _NESTED + b"\x900",
        b"(" + _NESTED + b"\x910",
    ],
    ids=["key", "set", "frozenset"],
)
def test_what_would_take_for_ever_to_hash_is_not_hashed(tmp_path, before):
    pickled = b"\x80\x04" + before + stored([2], [1])
    data = np.ones(4, np.float32).data
    path = archive(tmp_path / "a.pt", pickled, data_0=data)
    assert list(read_torch(path).tensors) == ["w"]
