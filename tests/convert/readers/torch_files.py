"""Files as PyTorch writes them, and as nobody should."""

import pickle
import zipfile

import numpy as np
import torch
from torch import nn


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


def assert_same(file, expected):
    assert list(file.tensors) == list(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(
            file.tensors[name], tensor.detach().numpy(), name, strict=True
        )


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


def stored(shape, strides, offset=0, count=4, kind="FloatStorage", key="0"):
    """A pickled state dict of one tensor that claims what it likes."""

    def whole(numbers):
        return "(" + "".join(f"L{n}L\n" for n in numbers) + "t"

    return (
        "(dS'w'\nctorch._utils\n_rebuild_tensor_v2\n"
        f"((S'storage'\nctorch\n{kind}\nS'{key}'\nS'cpu'\nL{count}L\ntQ"
        f"L{offset}L\n{whole(shape)}{whole(strides)}I00\n(dtRs."
    ).encode()
