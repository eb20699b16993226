"""Between the tensors of PyTorch's modules and the weights of Keras's layers.

What is public here:

    to_keras(tensors, source) -> dict of module to dict of array
    to_torch(weights) -> dict of array
"""

from collections.abc import Mapping

import numpy as np

_NORM = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}
_LSTM = {"weight_ih_l0": "kernel", "weight_hh_l0": "recurrent_kernel"}
_BIASES = ("bias_ih_l0", "bias_hh_l0")


def to_keras(
    tensors: Mapping[str, np.ndarray], source
) -> dict[str, dict[str, np.ndarray]]:
    """Groups a state dict by module and turns its arrays as Keras has them.

    Kernels of convolutions go from (out, in, height, width) to (height, width,
    in, out), those of dense layers and LSTMs are transposed. Both order an
    LSTM's gates as input, forget, cell, output; of its two biases Keras has
    the sum.

    Args:
        tensors: Array by name, as `state_dict()` has them.
        source: The file, for messages.

    Returns:
        For each module its float32 arrays by Keras's names, in the file's
        order. Counters of batches are left out.

    Raises:
        ValueError: If a module is of no kind known here.
    """
    modules = {}
    for name, tensor in tensors.items():
        module, _, part = name.rpartition(".")
        if part != "num_batches_tracked":
            modules.setdefault(module, {})[part] = tensor
    return {
        module: _convert_layer(module, parts, source)
        for module, parts in modules.items()
    }


def to_torch(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The way back for one layer; an LSTM's second bias is zero.

    Args:
        weights: Array by Keras's names.

    Returns:
        Array by PyTorch's names, without the module's.
    """
    if "gamma" in weights:
        tensors = {ours: weights[theirs] for ours, theirs in _NORM.items()}
        tensors["num_batches_tracked"] = np.zeros((), np.int64)
    elif "recurrent_kernel" in weights:
        tensors = {ours: weights[theirs].T for ours, theirs in _LSTM.items()}
        tensors[_BIASES[0]] = weights["bias"]
        tensors[_BIASES[1]] = np.zeros_like(weights["bias"])
    else:
        kernel = weights["kernel"]
        axes = (3, 2, 0, 1) if kernel.ndim == 4 else (1, 0)
        tensors = {"weight": kernel.transpose(axes)}
        if "bias" in weights:
            tensors["bias"] = weights["bias"]
    # safetensors writes the memory as it lies.
    return {name: np.ascontiguousarray(t) for name, t in tensors.items()}


def _convert_layer(module, parts, source):
    parts = {k: np.asarray(a, np.float32) for k, a in parts.items()}
    known = {frozenset(names) for names in (_NORM, (*_LSTM, *_BIASES))}
    if frozenset(parts) in known:
        if "running_var" in parts:
            return {_NORM[name]: array for name, array in parts.items()}
        layer = {_LSTM[name]: parts[name].T for name in _LSTM}
        return {**layer, "bias": parts[_BIASES[0]] + parts[_BIASES[1]]}
    weight = parts.get("weight", np.zeros(()))
    if weight.ndim in (2, 4) and set(parts) <= {"weight", "bias"}:
        axes = (2, 3, 1, 0) if weight.ndim == 4 else (1, 0)
        layer = {"kernel": weight.transpose(axes)}
        return {**layer, **{k: parts[k] for k in ("bias",) if k in parts}}
    raise ValueError(
        "Expected convolutions, batch norms, dense layers and one-layer LSTMs "
        f"in {source}. Found {module or 'a module without a name'} with "
        f"{', '.join(sorted(parts)[:6])}. It is of another network: choose "
        "another --from."
    )
