"""What a frozen image model makes of clips, seen through several crops.

What is public here:

    image_parts(preset) -> encoder, expression layer
    look_directly(encoder) -> encoder
    add_layers(encoder, names) -> encoder
    average_views(encoder, size, shares) -> encoder
    stack_views(shown, encoder, recordings, config) -> array
    view_features(encoder, recordings, shares, flip) -> array
    by_clip(recordings, values) -> array
"""

import keras
import numpy as np
import tensorflow as tf

from emoaff.data.clips import frame_batches
from emoaff.data.recordings import Recordings
from emoaff.presets.preset import Preset
from emoaff.progress.progress import Progress

_BATCH = 64


def image_parts(preset: Preset) -> tuple[keras.Model, keras.layers.Dense]:
    """Takes a preset of single pictures apart.

    Args:
        preset: Its output `expression` must be a dense layer on the features.

    Returns:
        The model from pictures to features, and that layer.

    Raises:
        ValueError: If the preset is of another form.
    """
    preset.require_single_pictures()
    named = {layer.name: layer for layer in preset.model.layers}
    layer = named.get("expression")
    if not isinstance(layer, keras.layers.Dense):
        raise ValueError(
            "Expected a preset whose output `expression` is a dense layer on "
            f"its features. Received: {preset.name}. Choose compact_ferplus "
            "or a run of that recipe."
        )
    (inputs,) = preset.model.inputs
    encoder = keras.Model(inputs, layer.input, name="encoder")
    return encoder, layer


def look_directly(encoder: keras.Model) -> keras.Model:
    """Takes off the enlarging that an image model begins with.

    A model of small crops that enlarges them first can as well be given crops
    of the larger side, with all their detail.

    Args:
        encoder: `(batch, size, size, 3)` to `(batch, features)`.

    Returns:
        The same weights with an input of the side that the first layer, a
        `Resizing`, makes; `encoder` itself if it does not begin with one.
    """
    first = encoder.layers[1]
    if not isinstance(first, keras.layers.Resizing):
        return encoder
    inputs = keras.Input((first.height, first.width, 3), name="image")
    direct = keras.models.clone_model(encoder, input_tensors=inputs)
    direct.set_weights(encoder.get_weights())
    return direct


def add_layers(encoder: keras.Model, names: tuple[str, ...]) -> keras.Model:
    """Lets an image model give the means of more of its layers.

    Args:
        encoder: `(batch, height, width, 3)` to `(batch, features)`, or one
            that prepares pictures for such a model within.
        names: Layers of maps `(batch, height, width, channels)`.

    Returns:
        The same weights, to the features followed by the mean over height and
        width of each of these; `encoder` itself if there are none.

    Raises:
        ValueError: If there is no such layer.
    """
    if not names:
        return encoder
    inside = [x for x in encoder.layers if isinstance(x, keras.Model)]
    inner = inside[0] if inside else encoder
    known = {layer.name for layer in inner.layers}
    missing = [name for name in names if name not in known]
    if missing:
        raise ValueError(
            f"Expected layers of the image model {inner.name}. Received: "
            f"layers={', '.join(missing)}. Name others, or none with `--set "
            "layers=[]`."
        )
    means = [inner.output]
    for name in names:
        maps = inner.get_layer(name).output
        pool = keras.layers.GlobalAveragePooling2D(name=f"{name}_mean")
        means.append(pool(maps))
    joined = keras.layers.Concatenate(name="of_layers")(means)
    joined = keras.Model(inner.input, joined, name=inner.name)
    if not inside:
        return joined
    x = inputs = keras.Input(encoder.input_shape[1:], name="image")
    for layer in encoder.layers[1:]:
        x = (joined if layer is inner else layer)(x)
    return keras.Model(inputs, x, name="encoder")


def average_views(
    encoder: keras.Model, size: int, shares: tuple[float, ...]
) -> keras.Model:
    """Builds an image model that looks several times and averages.

    Args:
        encoder: `(batch, side, side, 3)` to `(batch, features)`.
        size: Side of the pictures in pixels.
        shares: Of each picture's width and height, how much is kept about
            the middle; a look each.

    Returns:
        A model from `(batch, size, size, 3)` to the mean of the features.
    """
    side = encoder.input_shape[1]
    inputs = keras.Input((size, size, 3), name="image")
    looks = []
    for number, share in enumerate(shares, start=1):
        x, kept = inputs, round(share * size)
        if kept != size:
            x = keras.layers.CenterCrop(kept, kept, name=f"middle_{number}")(x)
        if kept != side:
            x = keras.layers.Resizing(side, side, name=f"resize_{number}")(x)
        looks.append(encoder(x))
    mean = looks[0]
    if len(looks) > 1:
        mean = keras.layers.Average(name="mean_of_views")(looks)
    return keras.Model(inputs, mean, name="encoder_of_views")


def view_features(
    encoder: keras.Model,
    recordings: Recordings,
    shares: tuple[float, ...] = (1.0,),
    flip: bool = False,
) -> np.ndarray:
    """Runs an image model on every frame, once for each view.

    Args:
        encoder: `(batch, size, size, 3)` to `(batch, features)`.
        recordings: The frames.
        shares: Of each picture's width and height, how much is kept about
            the middle; a view each.
        flip: Whether each view is seen in the mirror too.

    Returns:
        float32 `(views, n, features)`, in stored order.
    """
    size, side = encoder.input_shape[1], recordings.picture_shape[0]
    run = tf.function(lambda x: encoder(x, training=False))
    views: list[list] = [[] for _ in shares for _ in range(1 + flip)]
    progress, done = Progress("features", "frames", every_s=20.0), 0
    for pictures in frame_batches(recordings, side, _BATCH):
        number = 0
        for share in shares:
            kept = round(share * side)
            edge = (side - kept) // 2
            x = pictures[:, edge : edge + kept, edge : edge + kept]
            if kept != size:
                x = tf.image.resize(x, (size, size), antialias=True)
            for seen in (x, x[:, :, ::-1])[: 1 + flip]:
                views[number].append(run(seen).numpy())
                number += 1
        done += len(pictures)
        progress.update(done, done / len(recordings))
    progress.close()
    return np.stack([np.concatenate(parts) for parts in views])


def stack_views(
    shown: keras.Model, encoder: keras.Model, recordings: Recordings, config
) -> np.ndarray:
    """Lays out by clip what heads are scored on, and what they learn from.

    Args:
        shown: What the finished model sees frames with, see `average_views`.
        encoder: What sees one view of a frame.
        recordings: The frames.
        config: Has `shares` and `flip`, see `view_features`.

    Returns:
        float32 `(1 + views, recordings, longest, features)`, NaN after the
        end of a recording. First comes what `shown` makes of the frames.
    """
    views = [
        *view_features(shown, recordings),
        *view_features(encoder, recordings, config.shares, config.flip),
    ]
    return np.stack([by_clip(recordings, view) for view in views])


def by_clip(recordings: Recordings, values: np.ndarray) -> np.ndarray:
    """Lays values of frames out by recording.

    Args:
        recordings: n frames.
        values: float32 `(n, c)`.

    Returns:
        float32 `(recordings, longest, c)`; NaN after the end of a recording.
    """
    counts = np.bincount(recordings.recording, minlength=len(recordings.names))
    first = np.cumsum(counts) - counts
    place = np.arange(len(recordings)) - first[recordings.recording]
    laid = np.full(
        (len(counts), counts.max(), values.shape[1]), np.nan, np.float32
    )
    laid[recordings.recording, place] = values
    return laid
