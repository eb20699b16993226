"""Checkpoints as TensorFlow 1 wrote them, and what is in them, by hand."""

import numpy as np
import tensorflow as tf

# (units, width of the bottleneck, stride of the last unit)
_BLOCKS = ((3, 64, 2), (4, 128, 2), (6, 256, 2), (3, 512, 1))


def write(prefix, variables):
    """Writes arrays by name with the operation of TensorFlow 1's Saver."""
    names, arrays = zip(*variables.items(), strict=True)
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.constant(array) for array in arrays],
    )
    return prefix


def names_only(variables):
    """The same names with one number each, where only names are looked at."""
    return {name: np.ones(1, "float32") for name in variables}


def resnet(scope="", seed=0):
    """Random variables of slim's resnet_v1_50 by name."""
    rng = np.random.default_rng(seed)
    variables = {}

    def convolution(name, size, before, after):
        scale = 1.4 / np.sqrt(size * size * before)
        kernel = rng.normal(0, scale, (size, size, before, after))
        variables[f"{name}/weights"] = np.float32(kernel)
        for kind in ("gamma", "beta", "moving_mean", "moving_variance"):
            values = rng.normal(0, 0.1, after)
            if kind in ("gamma", "moving_variance"):
                values = 0.7 + np.abs(values)
            variables[f"{name}/BatchNorm/{kind}"] = np.float32(values)

    net = f"{scope}resnet_v1_50"
    convolution(f"{net}/conv1", 7, 3, 64)
    before = 64
    for block, (units, width, _) in enumerate(_BLOCKS, start=1):
        for unit in range(1, units + 1):
            name = f"{net}/block{block}/unit_{unit}/bottleneck_v1"
            if unit == 1:
                convolution(f"{name}/shortcut", 1, before, 4 * width)
            convolution(f"{name}/conv1", 1, before, width)
            convolution(f"{name}/conv2", 3, width, width)
            convolution(f"{name}/conv3", 1, width, 4 * width)
            before = 4 * width
    return variables


def resnet_features(variables, x, scope=""):
    """What slim's resnet_v1_50 makes of ready pixels, in float64."""

    def convolution(x, name, stride=1):
        kernel = np.float64(variables[f"{name}/weights"])
        pad = kernel.shape[0] // 2
        x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
        x = tf.nn.conv2d(x, kernel, stride, "VALID").numpy()
        gamma, beta, mean, variance = (
            np.float64(variables[f"{name}/BatchNorm/{kind}"])
            for kind in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        return (x - mean) / np.sqrt(variance + 1e-5) * gamma + beta

    net = f"{scope}resnet_v1_50"
    x = convolution(np.float64(x), f"{net}/conv1", 2).clip(0)
    x = tf.nn.max_pool2d(x, 3, 2, "SAME").numpy()
    for block, (units, _, last) in enumerate(_BLOCKS, start=1):
        for unit in range(1, units + 1):
            name = f"{net}/block{block}/unit_{unit}/bottleneck_v1"
            stride = last if unit == units else 1
            shortcut = x[:, ::stride, ::stride]
            if unit == 1:
                shortcut = convolution(x, f"{name}/shortcut", stride)
            y = convolution(x, f"{name}/conv1").clip(0)
            y = convolution(y, f"{name}/conv2", stride).clip(0)
            x = (convolution(y, f"{name}/conv3") + shortcut).clip(0)
    return x.mean((1, 2))


def grus(scope, inputs, units=128, seed=1):
    """Random variables of two of TensorFlow 1's GRU cells by name."""
    rng = np.random.default_rng(seed)
    variables = {}
    for i in (0, 1):
        cell = f"{scope}/rnn/multi_rnn_cell/cell_{i}/gru_cell"
        rows = inputs + units
        for gate, columns in (("gates", 2 * units), ("candidate", units)):
            kernel = rng.normal(0, 1.5 / np.sqrt(rows), (rows, columns))
            variables[f"{cell}/{gate}/kernel"] = np.float32(kernel)
            bias = rng.normal(0, 0.5, columns)
            variables[f"{cell}/{gate}/bias"] = np.float32(bias)
        inputs = units
    return variables


def gru_answers(variables, scope, x):
    """Both cells over `(batch, frames, features)`, in float64."""
    for i in (0, 1):
        cell = f"{scope}/rnn/multi_rnn_cell/cell_{i}/gru_cell"
        gates, candidate, gates_bias, candidate_bias = (
            np.float64(variables[f"{cell}/{gate}/{kind}"])
            for kind in ("kernel", "bias")
            for gate in ("gates", "candidate")
        )
        state = np.zeros((len(x), len(candidate_bias)))
        states = []
        for now in np.moveaxis(x, 1, 0):
            both = np.concatenate([now, state], 1) @ gates + gates_bias
            reset, update = np.split(1 / (1 + np.exp(-both)), 2, axis=1)
            new = np.concatenate([now, reset * state], 1) @ candidate
            new = np.tanh(new + candidate_bias)
            state = update * state + (1 - update) * new
            states.append(state)
        x = np.stack(states, axis=1)
    return x
