"""Tensors as PyTorch stores them, without PyTorch.

What is public here:

    StoredTensor
    ScriptObject
    refuse(name, path)
    make(name, args)
    read_storage(identity) -> Storage
    make_array(tensor, read, big_endian) -> np.ndarray
"""

import dataclasses
import math

import ml_dtypes
import numpy as np

from emoaff.convert.readers.pickles import Global

_DTYPES = {
    "float64": np.float64,
    "float32": np.float32,
    "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16,
    "float8_e4m3fn": ml_dtypes.float8_e4m3fn,
    "float8_e5m2": ml_dtypes.float8_e5m2,
    "complex64": np.complex64,
    "complex128": np.complex128,
    "int64": np.int64,
    "int32": np.int32,
    "int16": np.int16,
    "int8": np.int8,
    "uint8": np.uint8,
    "uint16": np.uint16,
    "uint32": np.uint32,
    "uint64": np.uint64,
    "bool": np.bool_,
}
_STORAGES = {
    "DoubleStorage": np.float64,
    "FloatStorage": np.float32,
    "HalfStorage": np.float16,
    "BFloat16Storage": ml_dtypes.bfloat16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ShortStorage": np.int16,
    "CharStorage": np.int8,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
    "ComplexFloatStorage": np.complex64,
    "ComplexDoubleStorage": np.complex128,
    "UntypedStorage": np.uint8,
}
_REBUILDS = {
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_tensor_v3",
}
# What they make is their first argument.
_FIRST = {
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
    "torch.jit._pickle.build_boollist",
    "torch.jit._pickle.build_doublelist",
    "torch.jit._pickle.build_intlist",
    "torch.jit._pickle.build_tensorlist",
    "torch.jit._pickle.restore_type_tag",
    "torch.Size",
    "torch.serialization._get_layout",
}
_DICTS = {"collections.OrderedDict", "collections.defaultdict"}
# Settings and scores beside the weights; they are passed over.
_IGNORED = {
    "__builtin__.set",
    "_codecs.encode",
    "argparse.Namespace",
    "builtins.set",
    "collections.Counter",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray.scalar",
    "numpy.dtype",
    "torch.device",
}
_CALLED = _REBUILDS | _FIRST | _DICTS | _IGNORED
# As the first argument of a `defaultdict`.
_TYPES = {f"{m}.{t}" for m in ("__builtin__", "builtins") for t in ("dict",)}


@dataclasses.dataclass(frozen=True)
class Storage:
    """A run of numbers in the file.

    Args:
        key: Its name there.
        dtype: Of the numbers.
        count: How many the file claims.
        start: Where among them a view of it begins.
    """

    key: str
    dtype: np.dtype
    count: int
    start: int = 0


@dataclasses.dataclass(frozen=True)
class StoredTensor:
    """Where the numbers of a tensor are in a file.

    Args:
        storage: The run of numbers that it is a view of.
        offset: Of its first number.
        shape: Its size.
        strides: Steps between its numbers along each axis.
        dtype: Of the tensor, if it is not the storage's.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: np.dtype | None = None


class ScriptObject:
    """A module of a TorchScript file: its class and its attributes."""

    def __init__(self, kind: Global):
        self.kind = kind
        self.attributes = {}

    def build(self, state) -> None:
        """Stores the attributes, a dict."""
        if isinstance(state, dict):
            self.attributes = state


def refuse(name: Global, path) -> None:
    """Raises ValueError for a name that no file of tensors refers to."""
    full = str(name)
    known = (
        full in _CALLED
        or full in _TYPES
        or full.startswith("__torch__")
        or _find_storage_dtype(name) is not None
        or _dtype(name) is not None
    )
    if not known:
        raise ValueError(
            f"Expected a PyTorch file of tensors alone in {path}. Found that "
            f"it refers to {full}, and with PyTorch code of that name would "
            "run on loading. Nothing was run. If you trust who made the file, "
            "save `model.state_dict()` from it with `torch.save` or "
            "safetensors; otherwise delete it."
        )


def make(name: Global, args):
    """Makes a stand-in for an object of a class or a function's result."""
    full = str(name) if isinstance(name, Global) else ""
    if full in _REBUILDS:
        return _make_tensor(args)
    if full in _FIRST:
        return args[0]
    if full in _DICTS:
        # A `defaultdict` comes with its type, an `OrderedDict` with items.
        return dict(
            pair
            for items in args
            if isinstance(items, list)
            for pair in items
            if isinstance(pair[0], str)
        )
    if full.startswith("__torch__") or full in _IGNORED:
        return ScriptObject(name)
    raise ValueError("the pickle calls what is no function")


def read_storage(identity) -> Storage:
    """Reads a persistent id: `("storage", class, key, device, count[, view])`.

    Raises:
        ValueError: If it is another.
    """
    _, kind, key, _, count, *view = identity
    dtype = _find_storage_dtype(kind)
    if identity[0] != "storage" or dtype is None or not _whole([count]):
        raise ValueError("a storage of an unknown kind")
    start = view[0][1] if view and view[0] is not None else 0
    return Storage(str(key), np.dtype(dtype), count, start)


def make_array(tensor: StoredTensor, read, big_endian: bool) -> np.ndarray:
    """Returns the numbers of a tensor, without a copy where it can.

    Args:
        tensor: The tensor.
        read: Called with a `Storage`, returns its bytes.
        big_endian: Whether the file's numbers are.

    Raises:
        ValueError: If the file holds fewer numbers than the tensor claims.
    """
    storage = tensor.storage
    dtype = np.dtype(tensor.dtype or storage.dtype)
    held = read(storage)
    count = len(held) // dtype.itemsize
    numbers = math.prod(tensor.shape)
    last = sum(
        (size - 1) * stride
        for size, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    first = storage.start + tensor.offset
    # A stride of 0 would let a short file claim any number of numbers.
    if numbers and (first + last >= count or numbers > count):
        raise ValueError(
            f"a tensor of shape {tensor.shape} claims {numbers:,} numbers, and "
            f"its storage holds {count:,}"
        )
    if not numbers:
        return np.zeros(tensor.shape, dtype)
    values = np.frombuffer(held, dtype, count)
    if big_endian and dtype.itemsize > 1:
        values = _swap_bytes(values)
    return np.lib.stride_tricks.as_strided(
        values[first:],
        tensor.shape,
        [
            stride * dtype.itemsize if size > 1 else 0
            for size, stride in zip(tensor.shape, tensor.strides, strict=True)
        ],
        writeable=False,
    )


def _make_tensor(args):
    storage, offset, shape, strides, *more = args
    dtype = _dtype(more[2]) if len(more) > 2 else None
    if (
        not isinstance(storage, Storage)
        or not _whole([offset, *shape, *strides])
        or len(shape) != len(strides)
    ):
        raise ValueError("a tensor of no possible shape")
    return StoredTensor(storage, offset, tuple(shape), tuple(strides), dtype)


def _swap_bytes(values):
    kind = np.dtype(f"u{values.dtype.itemsize}")
    if values.dtype.kind == "c":
        kind = np.dtype(f"u{values.dtype.itemsize // 2}")
    return values.view(kind).byteswap().view(values.dtype)


def _whole(numbers):
    return all(type(n) is int and 0 <= n < 2**62 for n in numbers)


def _find_storage_dtype(name):
    if getattr(name, "module", "") in ("torch", "torch.storage", "torch.cuda"):
        return _STORAGES.get(name.name)
    return None


def _dtype(name):
    if getattr(name, "module", "") == "torch":
        return _DTYPES.get(name.name)
    return None
