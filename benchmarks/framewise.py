"""Compares Framewise with keras.layers.TimeDistributed, side by side.

Run from the top of the repository:

    python benchmarks/framewise.py [--frames 6] [--size 64] [--batch 1]

ResNet-50 with random weights sees `batch` clips of `frames` frames. Both
layers share its weights. Times are medians over `--repeats` calls after one
to warm up; `nodes` counts the operations of the traced training step with all
its functions.
"""

import argparse
import os
import statistics
import time

import keras
import numpy as np
import tensorflow as tf

from emoaff.layers import Framewise


def main():
    """Prints the table."""
    args = _arguments()
    keras.utils.set_random_seed(0)
    shape = (args.batch, args.frames, args.size, args.size, 3)
    video = np.random.default_rng(0).normal(size=shape).astype("float32")
    print(
        f"TensorFlow {tf.__version__}, Keras {keras.__version__}, "
        f"{os.cpu_count()} CPUs, {len(tf.config.list_physical_devices('GPU'))} "
        f"GPUs; ResNet-50, batch {args.batch}, {args.frames} frames of "
        f"{args.size}x{args.size}, median of {args.repeats}"
    )
    encoder = keras.applications.ResNet50(
        include_top=False, weights=None, input_shape=shape[2:], pooling="avg"
    )
    both = keras.layers.TimeDistributed(encoder), Framewise(encoder)
    # First, since the training steps move the batch norms.
    stock, folded = (np.array(layer(video, training=False)) for layer in both)
    _print([_measure(layer, video, args.repeats) for layer in both])
    difference = np.abs(stock - folded).max()
    print(f"largest difference at inference: {difference:.1e}")


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=6)
    parser.add_argument("--size", type=int, default=64, help="pixels")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def _measure(layer, video, repeats):
    inputs = keras.Input(video.shape[1:], batch_size=video.shape[0])
    model = keras.Model(inputs, layer(inputs))
    optimizer = keras.optimizers.SGD(0.0)
    optimizer.build(model.trainable_variables)

    def forward(clip):
        return model(clip, training=False)

    def step(clip):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(clip, training=True))
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    frames = video.shape[0] * video.shape[1]
    forward, forward_trace, _ = _trace(forward, video)
    step, step_trace, nodes = _trace(step, video)
    return {
        "layer": type(layer).__name__,
        "nodes": f"{nodes:,}",
        "trace forward, s": f"{forward_trace:.1f}",
        "trace step, s": f"{step_trace:.1f}",
        "forward, ms/frame": f"{_time(forward, video, repeats) / frames:.1f}",
        "step, ms/frame": f"{_time(step, video, repeats) / frames:.1f}",
    }


def _trace(function, video):
    signature = tf.TensorSpec(video.shape)
    start = time.perf_counter()
    traced = tf.function(function).get_concrete_function(signature)
    seconds = time.perf_counter() - start
    graph = traced.graph.as_graph_def()
    nodes = len(graph.node)
    nodes += sum(len(f.node_def) for f in graph.library.function)
    return lambda clip: traced(tf.constant(clip)), seconds, nodes


def _time(function, video, repeats):
    """Median milliseconds of a call."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        tf.nest.map_structure(np.array, function(video))
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


def _print(rows):
    names = list(rows[0])
    widths = [
        max(len(str(x)) for x in (n, *(r[n] for r in rows))) for n in names
    ]
    for cells in (names, *([row[n] for n in names] for row in rows)):
        print("  ".join(c.rjust(w) for c, w in zip(cells, widths, strict=True)))


if __name__ == "__main__":
    main()
