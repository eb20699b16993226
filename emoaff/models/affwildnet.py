"""AffWildNet: a face network, two GRUs, valence and arousal."""

import keras
from keras import layers

from emoaff.layers import Framewise
from emoaff.layers.keras_settings import use_own_settings
from emoaff.models import heads
from emoaff.models.slim_resnet50 import build_slim_resnet50
from emoaff.models.vgg_face16 import build_vgg_face16


@use_own_settings()
def build_affwildnet(backbone="vgg_face", frames=80, *, name="affwildnet"):
    """AffWildNet without landmarks, as in its authors' released code.

    | backbone | features | parameters |
    |---|---|---|
    | `"vgg_face"` | 4096, `build_vgg_face16` | 35,314,498 |
    | `"resnet50"` | 2048, TF-Slim's `resnet_v1_50` | 24,496,066 |

    The GRUs apply the reset gate before the recurrent product
    (`reset_after=False`), as TensorFlow 1's `GRUCell` does. That one stores
    its gates in the order reset, update; Keras stores update, reset. A new
    model's gate biases are 0 here and 1 there.

    It is causal: a frame's output depends on it and the frames before it. The
    authors trained on runs of 80 frames. It uses no mask.

    Args:
        backbone: String, `"vgg_face"` or `"resnet50"`. Defaults to
            `"vgg_face"`.
        frames: Int, the number of frames, or `None` for any. Defaults to `80`.
        name: String, the model name.

    Input shape:
        `(batch, frames, 96, 96, 3)`, RGB in `[0, 255]`.

    Output shape:
        `(batch, frames, 2)`, valence then arousal, linear: they may leave
        [-1, 1].

    Returns:
        A functional `keras.Model`; `model.get_layer("backbone").layer` is the
        image model.

    Raises:
        ValueError: If `backbone` is not one of the above.

    Example:
    >>> build_affwildnet("resnet50").output_shape
    (None, 80, 2)

    References:
        - [Kollias et al., 2019](https://arxiv.org/abs/1804.10938), the authors'
          released code
    """
    if backbone not in ("vgg_face", "resnet50"):
        raise ValueError(
            "`backbone` must be 'vgg_face' or 'resnet50'. "
            f"Received: backbone={backbone!r}."
        )
    slim = backbone == "resnet50"
    encoder = build_slim_resnet50() if slim else build_vgg_face16()
    inputs = keras.Input((frames, 96, 96, 3), name="frames")
    x = Framewise(encoder, name="backbone")(inputs)
    for i in (1, 2):
        x = layers.GRU(
            128, return_sequences=True, reset_after=False, name=f"gru_{i}"
        )(x)
    ((output, head),) = heads.parse("valence_arousal").items()
    last = head.layer(output)
    if slim:
        last.kernel_initializer = keras.initializers.TruncatedNormal(
            stddev=0.01
        )
    return keras.Model(inputs, last(x), name=name)
