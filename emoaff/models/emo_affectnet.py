"""The two networks of EMO-AffectNet: a face to a class, ten faces to one."""

import keras
from keras import layers
from keras import regularizers

from emoaff.layers.keras_settings import use_own_settings
from emoaff.models import heads
from emoaff.models.vggface2_resnet50 import build_vggface2_resnet50


@use_own_settings()
def build_emo_affectnet_backbone(
    classes=7, image_size=224, *, logits=False, name="emo_affectnet_backbone"
):
    """EMO-AffectNet's image model: VGGFace2 ResNet-50, 512 features, classes.

    The layer `"features"` (512, after its relu) is what the temporal model
    takes. Noise and dropout work in training alone. It has 24,613,831
    parameters with 7 classes, in the order of the published weights:
    neutral, happiness, sadness, surprise, fear, disgust, anger
    (`emoaff.labels.get("emo_affectnet")`).

    The system resizes its crops to 224x224 without keeping their shape; its
    accuracy on AffectNet was measured with nearest-neighbour resizing.

    Args:
        classes: Int, `LabelSpace`, its registered name or a `Head`; see
            `emoaff.models.heads.parse`. Defaults to `7`.
        image_size: Int or tuple `(height, width)`, at least 32. Defaults to
            `224`.
        logits: Boolean, whether to put out logits. Defaults to `False`.
        name: String, the model name.

    Input shape:
        `(batch, height, width, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, classes)`, probabilities that sum to 1, or logits; the output
        is named `"expression"`.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `classes` is none of the above.

    Example:
    >>> model = build_emo_affectnet_backbone()
    >>> model.get_layer("features").output.shape
    (None, 512)

    References:
        - [Ryumina et al., 2022](https://doi.org/10.1016/j.neucom.2022.10.013)
    """
    trunk = build_vggface2_resnet50(image_size)
    x = layers.GaussianNoise(0.1, name="noise")(trunk.output)
    x = layers.Dense(
        512,
        activation="relu",
        kernel_regularizer=regularizers.L2(1e-4),
        name="features",
    )(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(trunk.input, _add_classes(x, classes, logits), name=name)


@use_own_settings()
def build_emo_affectnet_lstm(
    frames=10,
    features=512,
    classes=7,
    *,
    logits=False,
    name="emo_affectnet_lstm",
):
    """EMO-AffectNet's temporal model: two LSTMs over a window of features.

    A window is 10 faces at 5 a second; it gets one set of class probabilities.
    The features are those of the layer `"features"` of
    `build_emo_affectnet_backbone`. It has 2,888,455 parameters.

    A frame whose features are all zero is masked: it leaves the memory as it
    was. A window of nothing else gives the classes of an empty memory.

    Args:
        frames: Int, the number of frames, or `None` for any. Defaults to `10`.
        features: Int, the number of features of a frame. Defaults to `512`.
        classes: Int, `LabelSpace`, its registered name or a `Head`; see
            `emoaff.models.heads.parse`. Defaults to `7`.
        logits: Boolean, whether to put out logits. Defaults to `False`.
        name: String, the model name.

    Input shape:
        `(batch, frames, features)`, at least 0 (after a relu).

    Output shape:
        `(batch, classes)`, probabilities that sum to 1, or logits; the output
        is named `"expression"`.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: If `classes` is none of the above.

    Example:
    >>> build_emo_affectnet_lstm().count_params()
    2888455

    References:
        - [Ryumina et al., 2022](https://doi.org/10.1016/j.neucom.2022.10.013)
    """
    inputs = keras.Input((frames, features), name="features")
    x = layers.Masking(0.0, name="masking")(inputs)
    for i, width in enumerate((512, 256), start=1):
        x = layers.LSTM(
            width,
            return_sequences=i == 1,
            kernel_regularizer=regularizers.L2(1e-3),
            name=f"lstm_{i}",
        )(x)
        x = layers.Dropout(0.2, name=f"dropout_{i}")(x)
    return keras.Model(inputs, _add_classes(x, classes, logits), name=name)


def _add_classes(x, classes, logits):
    ((output, head),) = heads.parse(classes).items()
    return head.layer(output, logits)(x)
