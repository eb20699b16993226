"""Reads the files of PyTorch without PyTorch.

What is public here:

    read_torch(path) -> TorchFile
"""

import io
import os
import pathlib
import zipfile

from emoaff.convert.readers import torch_legacy
from emoaff.convert.readers.pickles import interpret
from emoaff.convert.readers.torch_file import TorchFile
from emoaff.convert.readers.torch_records import Records
from emoaff.convert.readers.torch_tensors import ScriptObject
from emoaff.convert.readers.torch_tensors import StoredTensor
from emoaff.convert.readers.torch_tensors import make
from emoaff.convert.readers.torch_tensors import make_array
from emoaff.convert.readers.torch_tensors import read_storage
from emoaff.convert.readers.torch_tensors import refuse
from emoaff.convert.readers.torchscript import list_tensors
from emoaff.faces.git_lfs import refuse_pointer

_NESTED = ("state_dict", "model_state_dict", "model", "net", "weights")
_PREFIXES = ("module.", "_orig_mod.")
_DAMAGED = (
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)


def read_torch(path: str | os.PathLike) -> TorchFile:
    """Reads `.pt` and `.pth` files and `.safetensors`.

    Of a state dict within a checkpoint (`"state_dict"`, `"model_state_dict"`,
    `"model"`, ...) that part is read, and a prefix `module.` that all names
    have is taken off. A TorchScript file is walked to the names that its
    `state_dict()` has. No code of the file is ever run.

    Args:
        path: The file.

    Returns:
        Its tensors.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, damaged, or refers to anything but
            tensors; the message says to what.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"Expected a PyTorch file. There is no {path}.")
    refuse_pointer(path, "a PyTorch file")
    with path.open("rb") as file:
        start = file.read(16)
    if path.suffix == ".safetensors" or start[8:9] == b"{":
        return _read_safetensors(path)
    if start.startswith(b"PK"):
        return _archive(path)
    if start.startswith(torch_legacy.MAGIC):
        return _read_legacy(path)
    raise ValueError(
        f"Expected a file that PyTorch's `torch.save` or `torch.jit.save` or "
        f"safetensors wrote. {path} begins with {start[:8]!r}, which is "
        f"{_describe_start(start)}. Download it again, or choose another "
        "--from."
    )


def _archive(path):
    try:
        with zipfile.ZipFile(path) as file:
            records = Records(file)
            big = records.text("byteorder", "little") == "big"
            root = _unpickle(records.read("data.pkl"), path)
            constants = ()
            script = isinstance(root, ScriptObject)
            if script:
                found = list_tensors(root, records)
                if "constants.pkl" in records:
                    other = _unpickle(records.read("constants.pkl"), path)
                    constants = _read_arrays(
                        dict(enumerate(other)), records, big, "constants/"
                    )
            else:
                found = _find_state_dict(root, path)
            tensors = _read_arrays(found, records, big, "data/")
            if script and not tensors:
                raise ValueError(
                    "its modules hold no tensors, as after torch.jit.freeze, "
                    "which merges them into the code: use the file from before"
                )
    except _DAMAGED as error:
        raise _make_error(error, path) from error
    kind = "TorchScript" if script else "state dict"
    return TorchFile(path, kind, tensors, tuple(dict(constants).values()))


def _read_legacy(path):
    try:
        root, read, big = torch_legacy.read(path, _interpret_stream)
        tensors = {
            name: make_array(tensor, read, big)
            for name, tensor in _find_state_dict(root, path).items()
        }
    except _DAMAGED as error:
        raise _make_error(error, path) from error
    return TorchFile(path, "state dict", tensors)


def _read_safetensors(path):
    import safetensors

    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except (safetensors.SafetensorError, TypeError, AttributeError) as error:
        raise _make_error(error, path) from error
    return TorchFile(path, "safetensors", _drop_prefix(tensors))


def _unpickle(data, path):
    return _interpret_stream(io.BytesIO(data), path)


def _interpret_stream(stream, path):
    return interpret(
        stream, lambda name: refuse(name, path), make, read_storage
    )


def _read_arrays(found, records, big, folder):
    def read(storage):
        return records.read(f"{folder}{storage.key}", storage)

    return {
        name: make_array(tensor, read, big)
        for name, tensor in found.items()
        if isinstance(tensor, StoredTensor)
    }


def _find_state_dict(root, path):
    """The dict of tensors in a checkpoint."""
    inner = root
    for _ in range(3):
        if not isinstance(inner, dict):
            break
        tensors = {
            str(k): v for k, v in inner.items() if isinstance(v, StoredTensor)
        }
        nested = [k for k in _NESTED if isinstance(inner.get(k), dict)]
        if nested:
            inner = inner[nested[0]]
        elif tensors:
            return _drop_prefix(tensors)
        else:
            dicts = [v for v in inner.values() if isinstance(v, dict)]
            inner = dicts[0] if len(dicts) == 1 else None
    keys = ""
    if isinstance(root, dict):
        keys = ", ".join(sorted(str(k)[:40] for k in root)[:8])
    raise ValueError(
        f"Expected a state dict, alone or as one of {', '.join(_NESTED)} in a "
        f"checkpoint, in {path}. Found {keys or type(root).__name__}. Save "
        "`model.state_dict()` by itself."
    )


def _drop_prefix(tensors):
    for prefix in _PREFIXES:
        if tensors and all(name.startswith(prefix) for name in tensors):
            tensors = {n[len(prefix) :]: t for n, t in tensors.items()}
    return tensors


def _make_error(error, path):
    text = " ".join(str(error).split())
    if isinstance(error, ValueError) and text.startswith("Expected"):
        return ValueError(text)
    return ValueError(
        f"Expected a file that PyTorch wrote. {path} cannot be read "
        f"({text[:300] or type(error).__name__}). It is damaged or of another "
        "kind: download it again."
    )


def _describe_start(start):
    if start.startswith(b"\x89HDF"):
        return "HDF5, as Keras writes it"
    if start.lower().startswith((b"<!doctype", b"<html")):
        return "a web page"
    if start.startswith(b"version https://"):
        return "a pointer of Git LFS in place of the file"
    return "of no kind known here"
