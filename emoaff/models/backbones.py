"""Image models by name: RGB 0-255 faces in, one feature vector a face out."""

import functools
import pathlib
from collections.abc import Callable
from typing import NamedTuple

import keras

from emoaff.layers.keras_settings import use_own_settings
from emoaff.models.applications import build_efficientnet_v2_b0
from emoaff.models.applications import build_mobilenet_v2
from emoaff.models.applications import build_mobilenet_v3
from emoaff.models.applications import build_resnet50
from emoaff.models.mobilenet_v1 import build_mobilenet_v1
from emoaff.models.rangulov import build_rangulov_cnn
from emoaff.models.resnet import build_resnet
from emoaff.models.small_cnn import build_small_cnn
from emoaff.models.vgg_face16 import build_vgg_face16
from emoaff.models.vggface2_resnet50 import build_vggface2_resnet50


def names():
    """Returns the names that `build_backbone` knows, sorted."""
    return tuple(sorted(_BACKBONES))


@use_own_settings()
def build_backbone(backbone, image_size=None, weights=None, *, frozen_stages=0):
    """Builds an image model by name, or readies one of your own.

    The normalisation that the weights expect is the model's first layer, so
    every backbone takes plain RGB.

    | name | size | features | stages | normalisation |
    |---|---|---|---|---|
    | `"efficientnet_v2_b0"` | 224 | 1280 | 5, one a scale | `imagenet_torch` |
    | `"mobilenet_v1"` | 150 | 1024 | 5, one a scale | `imagenet_caffe` |
    | `"mobilenet_v2"` | 150 | 1280 | 5, one a scale | `imagenet_torch` |
    | `"mobilenet_v3_large"` | 224 | 960 | 5, one a scale | `imagenet_tf` |
    | `"mobilenet_v3_small"` | 224 | 576 | 5, one a scale | `imagenet_tf` |
    | `"rangulov_cnn"` | 96 | 300 | 3 convolutions, features | `unit`, grey |
    | `"resnet18"` | 224 | 512 | 5: conv1 ... conv5 | `imagenet_torch` |
    | `"resnet34"` | 224 | 512 | 5: conv1 ... conv5 | `imagenet_torch` |
    | `"resnet50"` | 150 | 2048 | 5: conv1 ... conv5 | `imagenet_caffe` |
    | `"resnet50_torchvision"` | 224 | 2048 | 5, as above | `imagenet_torch` |
    | `"small_cnn"` | 48 | 64 | 3 convolutions, features | `centered` |
    | `"vgg_face16"` | 96 | 4096 | 5 scales, features | `centered` |
    | `"vggface2_resnet50"` | 224 | 2048 | 5: conv1 ... conv5 | `vggface2` |

    `"resnet50"` is that of `keras.applications`; `"resnet18"`, `"resnet34"`
    and `"resnet50_torchvision"` are laid out as torchvision's, for its weights
    (`emoaff.models.resnet.build_resnet`). `"rangulov_cnn"` is that network up
    to its layer of features.
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
            (`"resnet50"`, `"mobilenet_v2"`, `"mobilenet_v3_..."` and
            `"efficientnet_v2_b0"`), or the path of a `.weights.h5`
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

    Example:
    >>> model = build_backbone("small_cnn", image_size=64)
    >>> model.input_shape, model.output_shape
    ((None, 64, 64, 3), (None, 64))
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
                image_size=size,
                weights="imagenet" if weights == "imagenet" else None,
            )
        else:
            _refuse_imagenet(repr(backbone), weights)
            model = named.build(image_size=size)
    else:
        raise ValueError(
            f"`backbone` must be one of {', '.join(names())}, or a "
            f"keras.Model. Received: backbone={backbone!r}."
        )
    if weights not in (None, "imagenet"):
        _load(model, weights)
    _freeze(model, stages, frozen_stages)
    return model


def register_backbone(
    name: str,
    build: Callable | None = None,
    image_size: int = 150,
    stages: tuple[str, ...] = (),
    imagenet: bool = False,
):
    """Registers an image model of your own for `build_backbone`.

    Settings of recipes (`model.backbone`) then know it too. Without `build` it
    is a decorator. A name of your own may be registered again, as when a
    recipe file is run twice.

    Args:
        name: The name; none of emoaff's own.
        build: Called with `image_size`, and with `weights` (`"imagenet"` or
            `None`) if `imagenet`: a `keras.Model` from `(batch, height, width,
            3)`, RGB in `[0, 255]`, to `(batch, features)`.
        image_size: The size it is built for unless another is asked for.
        stages: Name of the last layer of each stage, for `frozen_stages`.
        imagenet: Whether `build` can load weights of ImageNet itself.

    Returns:
        `build`, or the decorator.

    Raises:
        ValueError: If the name is one of emoaff's own.

    Example:
    >>> def build_mean(image_size):
    ...     picture = keras.Input((image_size, image_size, 3))
    ...     mean = keras.layers.GlobalAveragePooling2D(name="mean")
    ...     return keras.Model(picture, mean(picture))
    >>> _ = register_backbone("mean_colour", build_mean, 32, ("mean",))
    >>> build_backbone("mean_colour").output_shape
    (None, 3)
    """
    if build is None:
        return functools.partial(_register, name, image_size, stages, imagenet)
    return _register(name, image_size, stages, imagenet, build)


def _register(name, image_size, stages, imagenet, build):
    if name in _OWN:
        raise ValueError(
            f"Expected a name that is not one of {', '.join(sorted(_OWN))}. "
            f"Received: name={name!r}. Choose another."
        )
    _BACKBONES[name] = _Named(build, image_size, tuple(stages), imagenet)
    return build


def _build_rangulov_features(image_size):
    model = build_rangulov_cnn(image_size=image_size)
    features = model.get_layer("features").output
    return keras.Model(model.input, features, name=model.name)


class _Named(NamedTuple):
    build: Callable  # of the image size, and of weights if `imagenet`
    image_size: int
    stages: tuple  # the last layer of each
    imagenet: bool = False


_RESNET_STAGES = {
    18: ("conv2_block2_out", "conv3_block2_out", "conv4_block2_out"),
    34: ("conv2_block3_out", "conv3_block4_out", "conv4_block6_out"),
    50: ("conv2_block3_out", "conv3_block4_out", "conv4_block6_out"),
}


def _describe_resnet(depth, name):
    last = "conv5_block2_out" if depth == 18 else "conv5_block3_out"
    return _Named(
        functools.partial(build_resnet, depth, "torchvision", name=name),
        224,
        ("pool1_pool", *_RESNET_STAGES[depth], last),
    )


_BACKBONES = {
    "efficientnet_v2_b0": _Named(
        build_efficientnet_v2_b0,
        224,
        (
            "block1a_project_activation",
            "block2b_add",
            "block3b_add",
            "block5e_add",
            "top_activation",
        ),
        imagenet=True,
    ),
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
    "mobilenet_v3_large": _Named(
        functools.partial(build_mobilenet_v3, "large"),
        224,
        (
            "expanded_conv_add",
            "expanded_conv_2_add",
            "expanded_conv_5_add",
            "expanded_conv_11_add",
            "conv_1_bn",
        ),
        imagenet=True,
    ),
    "mobilenet_v3_small": _Named(
        functools.partial(build_mobilenet_v3, "small"),
        224,
        (
            "conv_bn",
            "expanded_conv_project_bn",
            "expanded_conv_2_add",
            "expanded_conv_7_add",
            "conv_1_bn",
        ),
        imagenet=True,
    ),
    "rangulov_cnn": _Named(
        _build_rangulov_features, 96, ("pool1", "pool2", "pool3", "features")
    ),
    "resnet18": _describe_resnet(18, "resnet18"),
    "resnet34": _describe_resnet(34, "resnet34"),
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
    "resnet50_torchvision": _describe_resnet(50, "resnet50_torchvision"),
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


_OWN = frozenset(_BACKBONES)


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
