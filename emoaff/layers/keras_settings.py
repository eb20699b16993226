"""Keeps Keras's global settings out of the networks of this package.

A user's `keras.json`, or calls such as `keras.config.set_image_data_format`,
set defaults for every layer made afterwards. Networks here take RGB in the
last axis and are computed with in float32, whatever those are.

What is public here:

    use_own_settings(policy=None)
"""

import contextlib
import dataclasses
import threading

import keras

_EPSILON = 1e-7


@dataclasses.dataclass
class _Users:
    """The user's settings, put aside while anybody builds a network.

    They are one for all threads, so the first to come puts them aside and
    the last to go puts them back.
    """

    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    builders: int = 0
    data_format: str = "channels_last"
    floatx: str = "float32"
    epsilon: float = _EPSILON

    def put_aside(self):
        with self.lock:
            if not self.builders:
                self.data_format = keras.config.image_data_format()
                self.floatx = keras.config.floatx()
                self.epsilon = keras.config.epsilon()
                _set("channels_last", "float32", _EPSILON)
            self.builders += 1

    def put_back(self):
        with self.lock:
            self.builders -= 1
            if not self.builders:
                _set(self.data_format, self.floatx, self.epsilon)


_users = _Users()


@contextlib.contextmanager
def use_own_settings(policy: str | None = None):
    """Builds networks as this package means them; also a decorator.

    Within it `image_data_format` is `channels_last`, `floatx` is float32 and
    `epsilon` is 1e-7; afterwards all are as they were.

    Args:
        policy: The dtype policy to build with, such as `"float32"`. `None`
            leaves what was set by `keras.config.set_dtype_policy`, but not
            what comes of `floatx` in `keras.json` alone.

    Example:
    >>> with use_own_settings():
    ...     pool = keras.layers.GlobalAveragePooling2D()
    >>> pool.data_format
    'channels_last'
    """
    _users.put_aside()
    before = keras.config.dtype_policy()
    try:
        if policy is None and before.name == _users.floatx:
            policy = "float32"
        if policy is not None:
            keras.config.set_dtype_policy(policy)
        yield
    finally:
        keras.config.set_dtype_policy(before)
        _users.put_back()


def _set(data_format, floatx, epsilon):
    keras.config.set_image_data_format(data_format)
    keras.config.set_floatx(floatx)
    keras.config.set_epsilon(epsilon)
