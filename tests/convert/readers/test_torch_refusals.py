"""Files that would harm, or claim what they do not hold, are refused."""

import io
import pickle
import struct
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from emoaff.convert.readers.torch_archive import read_torch

_COMMAND = "echo harmed > harmed.txt"


def archive(path, pickled, **records):
    """Writes an archive as PyTorch does; `records` by name, `_` for `/`."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/data.pkl", pickled)
        file.writestr("a/version", b"3")
        for name, data in records.items():
            file.writestr(f"a/{name.replace('_', '/')}", data)
    return path


class Reduced:
    """Pickles as a call of any function."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def proto4(module, name, *args):
    """A call whose function's name is on the stack as two texts."""
    text = b"".join(
        b"\x8c" + bytes([len(t)]) + t.encode() for t in (module, name)
    )
    given = b"".join(b"\x8c" + bytes([len(a)]) + a.encode() for a in args)
    return b"\x80\x04" + text + b"\x93" + b"(" + given + b"tR."


ATTACKS = {
    "os.system by REDUCE": (
        f"cos\nsystem\n(S'{_COMMAND}'\ntR.".encode(),
        "os.system",
    ),
    "posix.system": (
        pickle.dumps(Reduced(__import__("os").system, _COMMAND), 2),
        "posix.system",
    ),
    "by INST": (f"(S'{_COMMAND}'\nios\nsystem\n.".encode(), "os.system"),
    "by OBJ": (f"(cos\nsystem\nS'{_COMMAND}'\no.".encode(), "os.system"),
    "eval": (
        pickle.dumps(Reduced(eval, f"__import__('os').system('{_COMMAND}')")),
        "builtins.eval",
    ),
    "subprocess, by NEWOBJ": (
        f"csubprocess\nPopen\n(S'{_COMMAND}'\nt\x81.".encode("latin-1"),
        "subprocess.Popen",
    ),
    "a name on the stack": (proto4("os", "system", _COMMAND), "os.system"),
    "a dotted name": (
        proto4("collections", "OrderedDict.__init__.__globals__", "x"),
        "collections.OrderedDict.__init__",
    ),
    "a name that is a call's result": (
        # STACK_GLOBAL of two texts that came by the memo.
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940h\x00h\x01\x93"
        + f"(S'{_COMMAND}'\ntR.".encode(),
        "os.system",
    ),
    "getattr": (
        b"cbuiltins\ngetattr\n(cbuiltins\neval\nS'__call__'\ntR.",
        "builtins.getattr",
    ),
    "in a state dict": (
        pickle.dumps(
            {"state_dict": {"a": 1, "b": Reduced(exec, "raise SystemExit")}}
        ),
        "builtins.exec",
    ),
    "torch.load itself": (
        pickle.dumps(Reduced(torch.load, "other.pt"), 2),
        "torch.serialization.load",
    ),
    "numpy's loader": (
        pickle.dumps(Reduced(np.load, "x.npy"), 2),
        "numpy",
    ),
}


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


def test_code_in_constants_of_torchscript_is_refused(tmp_path):
    torch.manual_seed(0)
    with pytest.warns(DeprecationWarning):
        torch.jit.save(torch.jit.script(nn.Linear(2, 2)), tmp_path / "a.pt")
    with (
        zipfile.ZipFile(tmp_path / "a.pt") as old,
        zipfile.ZipFile(tmp_path / "b.pt", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("constants.pkl"):
                data = ATTACKS["eval"][0]
            new.writestr(name, data)
    with pytest.raises(ValueError, match="builtins.eval"):
        read_torch(tmp_path / "b.pt")


def test_a_whole_model_object_is_refused_by_its_class(tmp_path):
    torch.save(nn.Linear(2, 2), tmp_path / "a.pt")
    with pytest.raises(ValueError, match="Linear.*model.state_dict"):
        read_torch(tmp_path / "a.pt")


def stored(shape, strides, offset=0, count=4, kind="FloatStorage", key="0"):
    """A pickled state dict of one tensor that claims what it likes."""

    def whole(numbers):
        return "(" + "".join(f"L{n}L\n" for n in numbers) + "t"

    return (
        "(dS'w'\nctorch._utils\n_rebuild_tensor_v2\n"
        f"((S'storage'\nctorch\n{kind}\nS'{key}'\nS'cpu'\nL{count}L\ntQ"
        f"L{offset}L\n{whole(shape)}{whole(strides)}I00\n(dtRs."
    ).encode()


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


def test_a_record_that_swells_on_reading_is_refused(tmp_path):
    path = tmp_path / "a.pt"
    count = 1 << 24
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/data.pkl", stored([count], [1], count=count))
        file.writestr("a/data/0", bytes(4 * count))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ValueError, match="claims 67,108,864 bytes in"):
        read_torch(path)


def test_modules_that_hold_each_other_end(tmp_path):
    # A TorchScript module whose attribute `m` is itself.
    pickled = b"c__torch__\nNet\n)\x81q\x00}S'm'\nh\x00sb."
    path = archive(tmp_path / "a.pt", b"\x80\x02" + pickled)
    with pytest.raises(ValueError, match="without end"):
        read_torch(path)


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
