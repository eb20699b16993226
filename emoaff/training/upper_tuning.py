"""The upper layers of an image model, trained on together with its heads.

The lower layers stay as they are, so that what they make of the views of every
frame is computed once for all folds and seeds.

What is public here:

    cut_encoder(encoder, layer) -> lower, upper
    view_maps(lower, recordings, config) -> array
    tune_upper(upper, heads, scaling, clips, settings, report)
    answer_from_maps(upper, heads, scaling, clips) -> array
"""

import dataclasses
import time

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from emoaff.data.recordings import Recordings
from emoaff.training.affect_heads import heads_loss
from emoaff.training.clip_views import average_views
from emoaff.training.clip_views import view_features


@dataclasses.dataclass(frozen=True)
class Settings:
    """How image model and heads are trained on.

    Args:
        epochs: How many.
        batch_size: Clips an update.
        image_rate: Highest learning rate of the image model; a cosine takes
            it to 0.
        heads_rate: That of the heads.
        weight_decay: AdamW's decoupled decay.
        clip_norm: Largest norm of the image model's gradient.
        seed: Of the draws.
    """

    epochs: int = 8
    batch_size: int = 32
    image_rate: float = 2e-4
    heads_rate: float = 5e-4
    weight_decay: float = 1e-2
    clip_norm: float = 5.0
    seed: int = 0


@dataclasses.dataclass(frozen=True)
class MappedClips:
    """Some clips of a corpus, as the lower layers see them.

    Args:
        maps: float16 `(views, n, height, width, channels)` of all n frames,
            see `view_maps`.
        shown: How many of the views, the first, are averaged to answer.
        labels: float32 `(clips, longest, 2)` of all clips, NaN after the end.
        numbers: The clips meant here.
    """

    maps: np.ndarray
    shown: int
    labels: np.ndarray
    numbers: np.ndarray

    def rows_of(self, clip: int) -> np.ndarray:
        """The frames of a clip, rows of `maps`."""
        lengths = np.isfinite(self.labels[..., 0]).sum(axis=1)
        first = lengths[:clip].sum()
        return np.arange(first, first + lengths[clip])


def cut_encoder(
    encoder: keras.Model, layer: str
) -> tuple[keras.Model, keras.Model]:
    """Cuts an image model in two after one of its layers.

    Args:
        encoder: `(batch, height, width, 3)` to `(batch, features)`, or one
            whose only layer with weights is such a model.
        layer: Name of a layer that all pictures go through.

    Returns:
        A model from pictures to that layer's output, with the weights of
        `encoder`, and one from there to the features, with copies of them.
    """
    inside = [x for x in encoder.layers if isinstance(x, keras.Model)]
    inner = inside[0] if inside else encoder
    maps = inner.get_layer(layer).output
    below = keras.Model(inner.input, maps)
    x = inputs = keras.Input(encoder.input_shape[1:], name="image")
    if inside:
        for before in encoder.layers[1 : encoder.layers.index(inner)]:
            x = before(x)
    lower = keras.Model(inputs, below(x), name="lower")
    above = keras.Model(maps, inner.output)
    upper = keras.models.clone_model(above)
    upper.set_weights(above.get_weights())
    return lower, upper


def view_maps(lower: keras.Model, recordings: Recordings, config) -> np.ndarray:
    """Runs the lower layers on all views of every frame.

    Args:
        lower: See `cut_encoder`.
        recordings: n frames.
        config: Has `size`, `shares` and `flip`, see
            `emoaff.recipes.cnn_lstm_affect.Config`.

    Returns:
        float16 `(views, n, height, width, channels)`: first the views that
        `average_views` would average, then those that are drawn in training.
    """
    # Half as wide, since these are gigabytes.
    narrow = keras.Model(lower.input, ops.cast(lower.output, "float16"))
    shown = [
        view_features(average_views(narrow, config.size, (share,)), recordings)
        for share in config.shares
    ]
    drawn = view_features(narrow, recordings, config.shares, config.flip)
    return np.concatenate([*shown, drawn])


def tune_upper(upper, heads, scaling, clips, settings, report) -> None:
    """Trains upper layers and heads on, together, in place.

    In each epoch each clip is drawn once, in one of its views. The loss is
    that of the heads alone, so nothing keeps expressions as they were.

    Args:
        upper: Maps `(batch, height, width, channels)` to features.
        heads: See `emoaff.training.affect_heads.build_heads`, trained on
            features of `upper` as it is.
        scaling: Mean and deviation that the heads want features without.
        clips: The clips to learn from.
        settings: See `Settings`.
        report: Called with a line for each epoch.
    """
    steps = -(-len(clips.numbers) // settings.batch_size)
    total = steps * settings.epochs
    image, memory = (
        _optimizer(rate, settings.weight_decay, total)
        for rate in (settings.image_rate, settings.heads_rate)
    )
    image.build(upper.trainable_variables)
    memory.build(heads.trainable_variables)
    mean, deviation = (tf.constant(x) for x in scaling)
    longest, first = clips.labels.shape[1], len(upper.trainable_variables)
    variables = [v.value for m in (upper, heads) for v in m.trainable_variables]

    def update(maps, places, labels):
        with tf.GradientTape() as tape:
            # Batch norms stay in inference mode: a batch is of few films.
            features = upper(tf.cast(maps, tf.float32), training=False)
            features = (features - mean) / deviation
            shape = (tf.shape(labels)[0], longest, features.shape[-1])
            laid = tf.scatter_nd(places, features, shape)
            loss = heads_loss(labels, heads(laid, training=True))
        slopes = tape.gradient(loss, variables)
        clipped, _ = tf.clip_by_global_norm(slopes[:first], settings.clip_norm)
        image.apply(clipped, upper.trainable_variables)
        memory.apply(slopes[first:], heads.trainable_variables)
        return loss

    update = tf.function(
        update,
        input_signature=[
            tf.TensorSpec((None, *clips.maps.shape[2:]), clips.maps.dtype),
            tf.TensorSpec((None, 2), tf.int32),
            tf.TensorSpec((None, *clips.labels.shape[1:]), tf.float32),
        ],
    )
    draws = np.random.default_rng(settings.seed)
    for epoch in range(1, settings.epochs + 1):
        started, losses = time.monotonic(), []
        for maps, places, labels in _batches(clips, steps, settings, draws):
            losses.append(float(update(maps, places, labels)))
        seconds = time.monotonic() - started
        report(f"epoch {epoch}, loss {np.mean(losses):.3f}, {seconds:.0f} s")


def answer_from_maps(upper, heads, scaling, clips) -> np.ndarray:
    """Answers clips from the mean of their shown views.

    Args:
        upper: See `tune_upper`.
        heads: See `tune_upper`.
        scaling: See `tune_upper`.
        clips: The clips to answer.

    Returns:
        float32 `(heads, clips, frames, 2)`, without meaning after the end of a
        clip.
    """
    mean, deviation = scaling
    run = tf.function(lambda x: upper(tf.cast(x, tf.float32), training=False))
    shape = (len(clips.numbers), clips.labels.shape[1], len(mean))
    laid = np.zeros(shape, np.float32)
    for place, clip in enumerate(clips.numbers):
        rows = clips.rows_of(clip)
        views = clips.maps[: clips.shown, rows]
        seen = run(views.reshape(-1, *views.shape[2:])).numpy()
        seen = seen.reshape(clips.shown, len(rows), -1).mean(axis=0)
        laid[place, : len(rows)] = (seen - mean) / deviation
    said = heads(laid, training=False)
    return np.stack([ops.convert_to_numpy(each) for each in said.values()])


def _optimizer(rate, decay, total):
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 25,
        decay_steps=max(total - total // 10, 1),
        warmup_target=rate,
        warmup_steps=total // 10,
    )
    return keras.optimizers.AdamW(schedule, weight_decay=decay)


def _batches(clips, steps, settings, draws):
    """Maps of a batch's frames, their (clip, frame) in it, and its labels."""
    size = settings.batch_size
    # Full batches: what is left over is filled up from the beginning.
    order = np.resize(draws.permutation(clips.numbers), steps * size)
    views = draws.integers(clips.shown, len(clips.maps), size=len(order))
    for start in range(0, len(order), size):
        chosen, seen = order[start : start + size], views[start : start + size]
        rows = [clips.rows_of(clip) for clip in chosen]
        maps = [clips.maps[v, r] for v, r in zip(seen, rows, strict=True)]
        places = [
            np.stack([np.full(len(r), i), np.arange(len(r))], axis=1)
            for i, r in enumerate(rows)
        ]
        yield (
            np.concatenate(maps),
            np.concatenate(places).astype(np.int32),
            clips.labels[chosen],
        )
