"""Image models by name: RGB 0-255 faces in, one feature vector a face out."""

import pathlib
from collections.abc import Callable
from typing import NamedTuple

import keras

from emoaff.layers import InputNormalization
from emoaff.models.mobilenet_v1 import build_mobilenet_v1
from emoaff.models.rangulov import build_rangulov_cnn
from emoaff.models.small_cnn import build_small_cnn
from emoaff.models.vgg_face16 import build_vgg_face16
from emoaff.models.vggface2_resnet50 import build_vggface2_resnet50


def names():
    """Returns the names that `build_backbone` knows, sorted."""
    return tuple(sorted(_BACKBONES))


def build_backbone(backbone, image_size=None, weights=None, *, frozen_stages=0):
    """Builds an image model by name, or readies one of your own.

    The normalisation that the weights expect is the model's first layer, so
    every backbone takes plain RGB.

    | name | size | features | stages | normalisation |
    |---|---|---|---|---|
    | `"mobilenet_v1"` | 150 | 1024 | 5, one a scale | `imagenet_caffe` |
    | `"mobilenet_v2"` | 150 | 1280 | 5, one a scale | `imagenet_torch` |
    | `"rangulov_cnn"` | 96 | 300 | 3 convolutions, features | `unit`, grey |
    | `"resnet50"` | 150 | 2048 | 5: conv1 ... conv5 | `imagenet_caffe` |
    | `"small_cnn"` | 48 | 64 | 3 convolutions, features | `centered` |
    | `"vgg_face16"` | 96 | 4096 | 5 scales, features | `centered` |
    | `"vggface2_resnet50"` | 224 | 2048 | 5: conv1 ... conv5 | `vggface2` |

    `"rangulov_cnn"` is that network up to its layer of features.
    `"mobilenet_v2"` has torchvision's batch-norm epsilon (1e-5), for weights
    converted from there; with `weights="imagenet"` it gets the convention of
    Keras's own weights instead: epsilon 1e-3, `imagenet_tf`.

    Args:
        backbone: String, one of the above, or a `keras.Model` mapping
            `(batch, height, width, 3)` to `(batch, features)`. Such a model
            is used as it is, not copied.
        image_size: Int or tuple `(height, width)`, at least 32 for the named
            ones and 60 for `"rangulov_cnn"`. Defaults to `None`: the size
            above for the named, its own for a model.
        weights: `None` for random weights (or those the model has),
            `"imagenet"` for the weights that `keras.applications` downloads
            (`"resnet50"`, `"mobilenet_v2"`), or the path of a `.weights.h5`
            file of the same layers; layers after them in the file are left
            out. Defaults to `None`.
        frozen_stages: Int, how many stages from the input on, the stem
            included, are not trained; their batch norms stay in inference
            mode. Defaults to `0`.

    Returns:
        A functional `keras.Model`, RGB in `[0, 255]`.

    Raises:
        ValueError: If an argument is not one of the above, a model has other
            shapes, or the weights cannot be downloaded or do not fit.
        FileNotFoundError: If `weights` is a path and there is no such file.
    """
    if isinstance(backbone, keras.Model):
        model, stages = _checked(backbone, image_size), ()
        _refuse_imagenet("A model of your own", weights)
    elif isinstance(backbone, str) and backbone in _BACKBONES:
        named = _BACKBONES[backbone]
        size = named.image_size if image_size is None else image_size
        stages = named.stages
        if named.imagenet:
            model = named.build(
                size, "imagenet" if weights == "imagenet" else None
            )
        else:
            _refuse_imagenet(repr(backbone), weights)
            model = named.build(size)
    else:
        raise ValueError(
            f"`backbone` must be one of {', '.join(names())}, or a "
            f"keras.Model. Received: backbone={backbone!r}."
        )
    if weights not in (None, "imagenet"):
        _load(model, weights)
    _freeze(model, stages, frozen_stages)
    return model


def build_resnet50(image_size=150, weights=None, name="resnet50"):
    """ResNet-50 of `keras.applications`, without its top.

    Args:
        image_size: Int or tuple `(height, width)`, at least 32.
        weights: `None` or `"imagenet"`.
        name: String, the model name.

    Returns:
        A functional `keras.Model`, RGB in `[0, 255]` to `(batch, 2048)`.
    """
    return _application(
        keras.applications.ResNet50,
        image_size,
        weights,
        normalization="imagenet_caffe",
        name=name,
    )


def build_mobilenet_v2(
    image_size=150, weights=None, convention=None, name="mobilenet_v2"
):
    """MobileNetV2 (width 1.0) of `keras.applications`, without its top.

    Args:
        image_size: Int or tuple `(height, width)`, at least 32.
        weights: `None` or `"imagenet"`.
        convention: String, whose weights it is for: `"torchvision"` (batch
            norm epsilon 1e-5, normalisation `imagenet_torch`) or `"keras"`
            (1e-3, `imagenet_tf`). Defaults to Keras's for `"imagenet"`, else
            to torchvision's.
        name: String, the model name.

    Returns:
        A functional `keras.Model`, RGB in `[0, 255]` to `(batch, 1280)`.
    """
    if convention is None:
        convention = "keras" if weights == "imagenet" else "torchvision"
    if convention not in ("keras", "torchvision"):
        raise ValueError(
            "`convention` must be 'keras' or 'torchvision'. "
            f"Received: convention={convention!r}."
        )
    torch = convention == "torchvision"
    model = _application(
        keras.applications.MobileNetV2,
        image_size,
        weights,
        normalization="imagenet_torch" if torch else "imagenet_tf",
        name=name,
    )
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.epsilon = 1e-5 if torch else 1e-3
    return model


def _rangulov_features(image_size):
    model = build_rangulov_cnn(image_size=image_size)
    features = model.get_layer("features").output
    return keras.Model(model.input, features, name=model.name)


class _Named(NamedTuple):
    build: Callable  # of the image size, and of weights if `imagenet`
    image_size: int
    stages: tuple  # the last layer of each
    imagenet: bool = False


_BACKBONES = {
    "mobilenet_v1": _Named(
        build_mobilenet_v1,
        150,
        ("pw1_relu", "pw3_relu", "pw5_relu", "pw11_relu", "pw13_relu"),
    ),
    "mobilenet_v2": _Named(
        build_mobilenet_v2,
        150,
        (
            "expanded_conv_project_BN",
            "block_2_add",
            "block_5_add",
            "block_12_add",
            "out_relu",
        ),
        imagenet=True,
    ),
    "rangulov_cnn": _Named(
        _rangulov_features, 96, ("pool1", "pool2", "pool3", "features")
    ),
    "resnet50": _Named(
        build_resnet50,
        150,
        (
            "pool1_pool",
            "conv2_block3_out",
            "conv3_block4_out",
            "conv4_block6_out",
            "conv5_block3_out",
        ),
        imagenet=True,
    ),
    "small_cnn": _Named(
        build_small_cnn,
        48,
        ("conv1_relu", "conv2_relu", "conv3_relu", "features"),
    ),
    "vgg_face16": _Named(
        build_vgg_face16,
        96,
        ("pool1", "pool2", "pool3", "pool4", "pool5", "features"),
    ),
    "vggface2_resnet50": _Named(
        build_vggface2_resnet50,
        224,
        ("pool1", "conv2_3_out", "conv3_4_out", "conv4_6_out", "conv5_3_out"),
    ),
}


def _application(application, image_size, weights, normalization, name):
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    x = InputNormalization(normalization, name="normalization")(inputs)
    try:
        model = application(
            include_top=False, weights=weights, input_tensor=x, pooling="avg"
        )
    except Exception as error:
        # Keras raises a bare `Exception` where it cannot download.
        if weights is None or isinstance(error, ValueError):
            raise
        raise ValueError(
            f"The ImageNet weights of {name!r} could not be downloaded "
            f"({error}). Pass `weights` the path of a .weights.h5 file instead."
        ) from error
    return keras.Model(inputs, model.output, name=name)


def _checked(model, image_size):
    shape, size = tuple(model.input_shape), image_size
    if len(shape) != 4 or shape[-1] != 3 or len(model.output_shape) != 2:
        raise ValueError(
            "A `backbone` must map (batch, height, width, 3) to "
            f"(batch, features). Received: input_shape={shape}, "
            f"output_shape={tuple(model.output_shape)}."
        )
    size = (size, size) if isinstance(size, int) else size or shape[1:3]
    if any(a not in (None, b) for a, b in zip(shape[1:3], size, strict=True)):
        raise ValueError(
            f"The `backbone` takes pictures of {shape[1:3]}. Leave "
            f"`image_size` out. Received: image_size={image_size}."
        )
    return model


def _refuse_imagenet(whose, weights):
    if weights == "imagenet":
        raise ValueError(
            f"{whose} has no ImageNet weights to download. Received: "
            "weights='imagenet'. Pass the path of a .weights.h5 file."
        )


def _load(model, path):
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"`weights` must be None, 'imagenet' or the path of a file. "
            f"Received: weights={str(path)!r}."
        )
    try:
        model.load_weights(path)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(
            f"{path} does not hold the weights of {model.name!r}: {error}"
        ) from error


def _freeze(model, stages, count):
    if not 0 <= count <= len(stages):
        raise ValueError(
            f"`frozen_stages` must be in [0, {len(stages)}] for this backbone"
            f"{'' if stages else ' (freeze the layers of your own yourself)'}. "
            f"Received: frozen_stages={count}."
        )
    if count == 0:
        return
    # A model's layers are in topological order.
    last = model.layers.index(model.get_layer(stages[count - 1]))
    for layer in model.layers[: last + 1]:
        layer.trainable = False
