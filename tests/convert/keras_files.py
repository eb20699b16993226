"""Writes Keras's old HDF5 layout by hand."""

import json

import h5py
import numpy as np


def write_h5(path, layers, config=None, suffix=":0", cut=None):
    """Writes names and arrays as Keras 2 did.

    Args:
        path: The file.
        layers: Name and dict of array by kind (`kernel`, ...) of each layer.
        config: The model's, for a whole model; weights alone without.
        suffix: What the names of weights end in.
        cut: After how many names the lists go on in another attribute.
    """
    with h5py.File(path, "w") as file:
        group = file
        if config is not None:
            file.attrs["model_config"] = json.dumps(config)
            group = file.create_group("model_weights")
        names = [name.encode() for name, _ in layers]
        if cut:
            for i in range(0, len(names), cut):
                chunk = names[i : i + cut]
                group.attrs[f"layer_names{i // cut}"] = chunk
        else:
            group.attrs["layer_names"] = np.array(names)
        for name, weights in layers:
            layer = group.create_group(name)
            paths = [f"{name}/{kind}{suffix}" for kind in weights]
            layer.attrs["weight_names"] = np.array(
                [p.encode() for p in paths], dtype="S"
            )
            for weight, array in zip(paths, weights.values(), strict=True):
                layer[weight] = array


def layer_config(name, class_name, **config):
    """What a model's config says of a layer."""
    return {
        "class_name": class_name,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": [],
    }


def model_config(*layers, name="model", class_name="Functional"):
    """The config of a model of such layers."""
    return {
        "class_name": class_name,
        "config": {"name": name, "layers": list(layers)},
    }


def as_keras(state, module):
    """One module's arrays by Keras's names, turned axis by axis."""
    part = {
        name.rpartition(".")[2]: tensor.numpy()
        for name, tensor in state.items()
        if name.rpartition(".")[0] == module
    }
    if "running_var" in part:
        names = ("weight", "bias", "running_mean", "running_var")
        kinds = ("gamma", "beta", "moving_mean", "moving_variance")
        return {k: part[n] for k, n in zip(kinds, names, strict=True)}
    if part["weight"].ndim == 4:
        return {"kernel": np.einsum("oihw->hwio", part["weight"])}
    return {"kernel": np.einsum("oi->io", part["weight"]), "bias": part["bias"]}
