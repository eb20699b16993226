"""Times a training step of the field's usual network, four ways in one run.

    python benchmarks/training_step.py [--frames 10] [--size 150] [--batch 2]
        [--rounds 5] [--only NAME ...]

ResNet-50 on every frame, two LSTMs of 256 and a linear layer to arousal and
valence, with random weights, learn from `batch` clips by Adam:

- `TimeDistributed`: `keras.layers.TimeDistributed`, which ratios refer to;
- `emoaff`: `build_cnn_lstm` and the step of `emoaff train`;
- `emoaff bfloat16`: the same with `--set batch.precision=mixed_bfloat16`;
- `PyTorch`: the same network in channels-last order, where torch is installed.

The first step of each, which compiles it, is told apart, and the second is left
out. Then all take turns, one step a round, since a machine is seldom idle:
medians, with the fastest and the slowest, in milliseconds a frame and step. All
keep the memory that they free, as `emoaff train` does.
"""

import argparse
import importlib.util
import statistics
import time

import keras
import numpy as np
import tensorflow as tf

from emoaff.models import build_cnn_lstm
from emoaff.training.freed_memory import keep_freed_memory
from emoaff.training.training_step import TrainingStep

BASELINE = "TimeDistributed"
_UNITS, _RATE = 256, 4e-5


def make_keras_step(x, y, precision="float32", stock=False):
    """Returns a function that makes one update, as `emoaff train` does it."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        model = build_cnn_lstm(x.shape[1], x.shape[2])
        if stock:
            encoder = model.get_layer("backbone").layer
            inputs = keras.Input(x.shape[1:])
            h = keras.layers.TimeDistributed(encoder)(inputs)
            for _ in range(2):
                h = keras.layers.LSTM(_UNITS, return_sequences=True)(h)
            model = keras.Model(inputs, keras.layers.Dense(2)(h))
        step = TrainingStep(
            model,
            keras.optimizers.Adam(_RATE),
            lambda truth, found: tf.reduce_mean(
                tf.square(truth - tf.cast(found, tf.float32))
            ),
            tf.distribute.get_strategy(),
        )
    finally:
        keras.config.set_dtype_policy(before)
    batch = tf.constant(x), tf.constant(y)
    return lambda: float(step(iter([batch])))


def make_torch_step(x, y):
    """Returns a function that makes one update of the network in PyTorch."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, wide, width, stride):
            super().__init__()
            self.body = nn.Sequential(
                *_convolve(nn, wide, width, 1, stride),
                nn.ReLU(),
                *_convolve(nn, width, width, 3),
                nn.ReLU(),
                *_convolve(nn, width, 4 * width, 1),
            )
            same = wide == 4 * width and stride == 1
            self.side = nn.Sequential(
                *(() if same else _convolve(nn, wide, 4 * width, 1, stride))
            )

        def forward(self, x):
            return torch.relu(self.body(x) + self.side(x))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            layers = [*_convolve(nn, 3, 64, 7, 2), nn.ReLU()]
            layers.append(nn.MaxPool2d(3, 2, 1))
            wide = 64
            for k, count in enumerate((3, 4, 6, 3)):
                for n in range(count):
                    stride = 2 if k and not n else 1
                    layers.append(Block(wide, 64 * 2**k, stride))
                    wide = 256 * 2**k
            self.image = nn.Sequential(*layers)
            self.memory = nn.LSTM(wide, _UNITS, 2, batch_first=True)
            self.head = nn.Linear(_UNITS, 2)

        def forward(self, x):
            features = self.image(x.flatten(0, 1)).mean(dim=(2, 3))
            h, _ = self.memory(features.unflatten(0, x.shape[:2]))
            return self.head(h)

    torch.manual_seed(0)
    network = Network().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), _RATE)
    mean = torch.tensor([123.68, 116.779, 103.939])[:, None, None]
    clips = torch.from_numpy(x).permute(0, 1, 4, 2, 3) - mean
    truth = torch.from_numpy(y)

    def step():
        optimizer.zero_grad()
        loss = torch.mean((truth - network(clips)) ** 2)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def _convolve(nn, wide, width, side, stride=1):
    """A convolution with a bias, as Keras's, and its batch norm."""
    convolution = nn.Conv2d(wide, width, side, stride, side // 2)
    return convolution, nn.BatchNorm2d(width, eps=1.001e-5, momentum=0.01)


WAYS = {
    BASELINE: lambda x, y: make_keras_step(x, y, stock=True),
    "emoaff": make_keras_step,
    "emoaff bfloat16": lambda x, y: make_keras_step(x, y, "mixed_bfloat16"),
    "PyTorch": make_torch_step,
}


def measure(frames=10, size=150, batch=2, rounds=5, names=tuple(WAYS)):
    """Times steps.

    Args:
        frames: Of a clip.
        size: Pixels of a side.
        batch: Clips.
        rounds: Steps of each way after its second.
        names: Keys of `WAYS`.

    Returns:
        Name to the seconds of the first step and the milliseconds a frame of
        the others. PyTorch is left out where it is not installed.
    """
    keep_freed_memory()
    draw = np.random.default_rng(0)
    x = draw.uniform(0, 255, (batch, frames, size, size, 3)).astype("float32")
    y = draw.uniform(-1, 1, (batch, frames, 2)).astype("float32")
    steps, found = {}, {}
    for name in names:
        if name == "PyTorch" and not importlib.util.find_spec("torch"):
            continue
        keras.utils.set_random_seed(0)
        steps[name] = WAYS[name](x, y)
        seconds = _time(steps[name])
        _time(steps[name])  # the first that runs as all others
        found[name] = seconds, []
    for _ in range(rounds):
        for name, step in steps.items():
            found[name][1].append(1000 * _time(step) / (batch * frames))
    return found


def _time(step):
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def format_table(found: dict) -> str:
    """Writes what `measure` found as Markdown; ratios to `BASELINE`."""
    lines = [
        "| training step | ms a frame | fastest to slowest | "
        f"of {BASELINE} | first step, s |",
        "|---|---|---|---|---|",
    ]
    base = statistics.median(found[BASELINE][1]) if BASELINE in found else None
    for name, (first, times) in found.items():
        middle = statistics.median(times)
        ratio = f"{middle / base:.2f}" if base else ""
        lines.append(
            f"| {name} | {middle:.1f} | {min(times):.1f} to {max(times):.1f} "
            f"| {ratio} | {first:.1f} |"
        )
    return "\n".join(lines)


def main(argv=None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--size", type=int, default=150, help="pixels")
    parser.add_argument("--batch", type=int, default=2, help="clips")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS))
    args = parser.parse_args(argv)
    names = tuple(args.only)
    found = measure(args.frames, args.size, args.batch, args.rounds, names)
    print(
        f"{args.batch} x {args.frames} frames of {args.size}x{args.size}, "
        f"TensorFlow {tf.__version__}, Keras {keras.__version__}\n"
    )
    print(format_table(found))


if __name__ == "__main__":
    main()
