"""Reads pickles without pickle: no name in the file is ever imported or run.

What is public here:

    Global
    interpret(stream, check, make, persistent)
"""

import dataclasses
import pickletools
from collections.abc import Callable
from typing import BinaryIO

_VALUES = frozenset(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING "
    "BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE "
    "BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8".split()
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
# Sets become lists: a set would hash what is in it, which can take for ever.
_EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_SET": list}
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_MARK = object()


@dataclasses.dataclass(frozen=True)
class Global:
    """A name that a pickle refers to.

    Args:
        module: The module, such as `torch._utils`.
        name: What of it, such as `_rebuild_tensor_v2`.
    """

    module: str
    name: str

    def __str__(self):
        return f"{self.module}.{self.name}"


def interpret(
    stream: BinaryIO,
    check: Callable,
    make: Callable,
    persistent: Callable,
):
    """Reads one pickle up to its end.

    Args:
        stream: Left just behind the pickle.
        check: Called with every `Global` before it counts; raises for those
            that are not wanted.
        make: `make(global, args)` returns what stands for an object of that
            class or the result of that function. If it has a method `build`,
            its state is handed to that; the state of others is ignored.
        persistent: Called with a persistent id.

    Returns:
        The object, of dicts, lists, tuples, numbers, texts and what `make` and
        `persistent` returned. Sets become lists; entries of dicts with keys
        that are neither texts nor numbers are left out.

    Raises:
        ValueError: If the pickle is damaged or holds an instruction that no
            file of tensors has.
    """
    machine = _Machine(check, make, persistent)
    for opcode, argument, _ in pickletools.genops(stream):
        try:
            machine.step(opcode.name, argument)
        except (IndexError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"the pickle breaks off at {opcode.name} "
                f"({type(error).__name__})"
            ) from error
    return machine.stack.pop()


class _Machine:
    """The stack of pickle's instructions."""

    def __init__(self, check, make, persistent):
        self.stack, self.memo = [None], {}
        self.check, self.make, self.persistent = check, make, persistent

    def step(self, code, argument):
        stack = self.stack
        if code in ("PROTO", "FRAME", "STOP"):
            return
        if code in _VALUES:
            stack.append(argument)
        elif code in _CONSTANTS:
            stack.append(_CONSTANTS[code])
        elif code in _EMPTY:
            stack.append(_EMPTY[code]())
        elif code in _TUPLES:
            stack.append(self._last(_TUPLES[code]))
        elif code in ("BINPUT", "LONG_BINPUT", "PUT"):
            self.memo[argument] = stack[-1]
        elif code == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif code in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(self.memo[argument])
        else:
            getattr(self, f"_{code.lower()}", self._refuse)(argument)

    def _refuse(self, argument):
        raise ValueError("the pickle holds an instruction of no tensor file")

    def _last(self, count):
        """Pops that many values off the stack, as a tuple."""
        values = tuple(self.stack[len(self.stack) - count :])
        if _MARK in values or len(values) != count:
            raise IndexError
        del self.stack[len(self.stack) - count :]
        return values

    def _pop_to_mark(self):
        """Pops everything down to the last mark, as a list."""
        values = []
        while (value := self.stack.pop()) is not _MARK:
            values.append(value)
        return values[::-1]

    def _global(self, argument):
        name = Global(*argument.split(" ", 1))
        self.check(name)
        self.stack.append(name)

    def _stack_global(self, argument):
        module, name = self._last(2)
        name = Global(str(module), str(name))
        self.check(name)
        self.stack.append(name)

    def _inst(self, argument):
        name = Global(*argument.split(" ", 1))
        self.check(name)
        self.stack.append(self.make(name, tuple(self._pop_to_mark())))

    def _obj(self, argument):
        kind, *args = self._pop_to_mark()
        self.stack.append(self.make(kind, tuple(args)))

    def _reduce(self, argument):
        kind, args = self._last(2)
        self.stack.append(self.make(kind, args))

    _newobj = _reduce

    def _newobj_ex(self, argument):
        kind, args, _ = self._last(3)
        self.stack.append(self.make(kind, args))

    def _build(self, argument):
        (state,) = self._last(1)
        build = getattr(self.stack[-1], "build", None)
        if build is not None:
            build(state)

    def _persid(self, argument):
        self.stack.append(self.persistent(argument))

    def _binpersid(self, argument):
        self.stack.append(self.persistent(*self._last(1)))

    def _mark(self, argument):
        self.stack.append(_MARK)

    def _pop(self, argument):
        self.stack.pop()

    def _pop_mark(self, argument):
        self._pop_to_mark()

    def _dup(self, argument):
        self.stack.append(self.stack[-1])

    def _tuple(self, argument):
        self.stack.append(tuple(self._pop_to_mark()))

    def _list(self, argument):
        self.stack.append(self._pop_to_mark())

    def _frozenset(self, argument):
        self.stack.append(self._pop_to_mark())

    def _dict(self, argument):
        values = self._pop_to_mark()
        self.stack.append(_pair_entries(values))

    def _append(self, argument):
        (value,) = self._last(1)
        self._find_container(list).append(value)

    def _appends(self, argument):
        values = self._pop_to_mark()
        self._find_container(list).extend(values)

    def _additems(self, argument):
        values = self._pop_to_mark()
        self._find_container(list).extend(values)

    def _setitem(self, argument):
        values = self._last(2)
        self._find_container(dict).update(_pair_entries(values))

    def _setitems(self, argument):
        values = self._pop_to_mark()
        self._find_container(dict).update(_pair_entries(values))

    def _find_container(self, kind):
        if not isinstance(self.stack[-1], kind):
            raise TypeError
        return self.stack[-1]


def _pair_entries(values):
    """A dict of keys and values in turn."""
    return {
        key: value
        for key, value in zip(values[::2], values[1::2], strict=True)
        if isinstance(key, str | bytes | int | float)
    }
