"""One training on one device and on two, by `tf.distribute`.

    python examples/several_gpus.py

On a machine without two GPUs its CPU plays two devices, which shows that the
results are alike and not how fast they come. (Faces are drawn where they are
missing.)

Measured as typed: a CCC of .202 on one device and of .205 on two, from the same
first weights; 51 seconds of one core's work.
"""

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
    tf.config.set_logical_device_configuration(cpu, [half, half])
    return ["CPU:0", "CPU:1"]


def main(corpus="synthetic_affect/studio", data_dir="data", epochs=3):
    """Trains on one and on two devices; returns the CCC of each."""
    devices = list_devices()
    emoaff.corpora.draw_missing(corpus, data_dir)
    return [train(devices[:n], corpus, data_dir, epochs) for n in (1, 2)]


def train(devices, corpus, data_dir, epochs):
    """Trains one model on some devices; returns its validation CCC."""
    keras.utils.set_random_seed(0)
    strategy = tf.distribute.MirroredStrategy(devices)
    # Variables that are made here have a copy on each device.
    with strategy.scope():
        model = emoaff.models.build_cnn_lstm(
            backbone=build_encoder(), temporal_units=32, heads="valence_arousal"
        )
        model.compile(
            # Adam would blow up differences of rounding.
            keras.optimizers.SGD(0.02, momentum=0.9),
            "mse",
            # Moments add up across devices to those of the whole set.
            metrics=[emoaff.metrics.Concordance(dims=2, name="ccc")],
        )
    # 8 clips a step in all: Keras gives each device its share.
    batches = make_clips(corpus, "train[:30%]", data_dir).shuffle(2000, seed=0)
    model.fit(batches.batch(8, True), epochs=epochs, verbose=2)
    held_out = make_clips(corpus, "validation", data_dir).batch(8)
    ccc = model.evaluate(held_out, return_dict=True, verbose=0)["ccc"]
    print(f"{len(devices)} device(s): CCC {ccc:.4f} on validation")
    return ccc


def build_encoder():
    """Any Keras model of pictures; batch norms would see half a batch each."""
    x = inputs = keras.Input((64, 64, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(x)
    for width in (16, 32, 64):
        x = keras.layers.Conv2D(width, 3, strides=2, padding="same")(x)
        x = keras.ops.relu(keras.layers.GroupNormalization(4)(x))
    x = keras.layers.Dense(64, "relu")(keras.layers.Flatten()(x))
    return keras.Model(inputs, x)


def make_clips(corpus, split, data_dir):
    """Clips of consecutive frames with valence and arousal, all labelled."""

    def cut(recording):
        frames = recording["frames"]
        labels = tf.stack([frames["valence"], frames["arousal"]], axis=-1)
        rows = tf.data.Dataset.from_tensor_slices((frames["image"], labels))
        return rows.batch(FRAMES, drop_remainder=True)

    clips = emoaff.corpora.load(corpus, split, data_dir).flat_map(cut)
    return clips.filter(lambda _, y: tf.reduce_all(tf.math.is_finite(y)))


if __name__ == "__main__":
    main()
