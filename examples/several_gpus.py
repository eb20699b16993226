"""One training on one device and on two, by `tf.distribute`.

    python examples/several_gpus.py

On a machine without two GPUs its CPU plays two devices, which shows that the
results are the same and not how fast they come. (Faces are drawn where they are
missing.)
"""

import sys

import keras
import tensorflow as tf

import emoaff

FRAMES = 10


def list_devices():
    """Two GPUs, or two halves of the CPU."""
    if len(tf.config.list_physical_devices("GPU")) >= 2:
        return ["GPU:0", "GPU:1"]
    (cpu,) = tf.config.list_physical_devices("CPU")
    half = tf.config.LogicalDeviceConfiguration()
    try:
        tf.config.set_logical_device_configuration(cpu, [half, half])
    except RuntimeError:  # TensorFlow is at work already
        sys.exit("Expected a new process. Run this file by itself.")
    return ["CPU:0", "CPU:1"]


def main(corpus="synthetic_affect/studio", data_dir="data", epochs=3):
    """Trains on one and on two devices; returns the UAR of each."""
    devices = list_devices()
    emoaff.corpora.draw_missing(corpus, data_dir)
    return [train(devices[:n], corpus, data_dir, epochs) for n in (1, 2)]


def train(devices, corpus, data_dir, epochs):
    """Trains one model on some devices; returns its validation UAR."""
    keras.utils.set_random_seed(0)
    strategy = tf.distribute.MirroredStrategy(devices)
    # Variables that are made here have a copy on each device.
    with strategy.scope():
        model = emoaff.models.build_cnn_lstm(
            # Batch norms would see half of the batch on each of two devices.
            backbone=emoaff.models.build_small_cnn(64, normalization="none"),
            temporal_units=(32,),
            heads="affectnet_8",
        )
        model.compile(
            # Clipping by norm would see half of the batch as well.
            keras.optimizers.Adam(2e-3),
            emoaff.losses.WeightedCrossentropy(from_logits=False),
            # Counts add up across devices to those of the whole set.
            metrics=[emoaff.metrics.UAR(8)],
        )
    # 16 clips a step in all: Keras gives each device its share.
    batches = make_clips(corpus, "train[:50%]", data_dir).batch(16, True)
    model.fit(batches, epochs=epochs, verbose=2)
    held_out = make_clips(corpus, "validation", data_dir).batch(16)
    uar = model.evaluate(held_out, return_dict=True, verbose=0)["uar"]
    print(f"{len(devices)} device(s): UAR {uar:.4f} on validation")
    return uar


def make_clips(corpus, split, data_dir):
    """Clips of consecutive frames with the class of each."""

    def cut(recording):
        frames = recording["frames"]
        rows = frames["image"], frames["expression"]
        clips = tf.data.Dataset.from_tensor_slices(rows)
        return clips.batch(FRAMES, drop_remainder=True)

    clips = emoaff.corpora.load(corpus, split, data_dir).flat_map(cut)
    # A mean over labelled frames is one over all only if all are labelled.
    return clips.filter(lambda _, labels: tf.reduce_all(labels >= 0))


if __name__ == "__main__":
    main()
