"""Networks of `keras.applications` that take plain RGB."""

import keras

from emoaff.layers import InputNormalization
from emoaff.layers.keras_settings import use_own_settings


def build_resnet50(image_size=150, weights=None, name="resnet50"):
    """ResNet-50 of `keras.applications`, without its top.

    Args:
        image_size: Int or tuple `(height, width)`, at least 32.
        weights: `None` or `"imagenet"`.
        name: String, the model name.

    Returns:
        A functional `keras.Model`, RGB in `[0, 255]` to `(batch, 2048)`.
    """
    return _build_application(
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
    model = _build_application(
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


def build_mobilenet_v3(variant, image_size=224, weights=None, name=None):
    """MobileNetV3 (width 1.0) of `keras.applications`, without its top.

    Its own rescaling is left out for `InputNormalization`'s, which is the
    same. The dense layers between the average and the classes belong to the
    top: the features are those of the last convolution.

    | variant | features | parameters |
    |---|---|---|
    | `"small"` | 576 | 939,120 |
    | `"large"` | 960 | 2,996,352 |

    Args:
        variant: String, `"small"` or `"large"`.
        image_size: Int or tuple `(height, width)`, at least 32.
        weights: `None` or `"imagenet"`.
        name: String, the model name. Defaults to `"mobilenet_v3_<variant>"`.

    Returns:
        A functional `keras.Model`, RGB in `[0, 255]` to `(batch, features)`.

    Raises:
        ValueError: If `variant` is neither.

    References:
        - [Howard et al., 2019](https://arxiv.org/abs/1905.02244)
    """
    if variant not in ("small", "large"):
        raise ValueError(
            "`variant` must be 'small' or 'large'. "
            f"Received: variant={variant!r}."
        )
    return _build_application(
        getattr(keras.applications, f"MobileNetV3{variant.capitalize()}"),
        image_size,
        weights,
        normalization="imagenet_tf",
        name=name or f"mobilenet_v3_{variant}",
        include_preprocessing=False,
    )


def build_efficientnet_v2_b0(
    image_size=224, weights=None, name="efficientnet_v2_b0"
):
    """EfficientNetV2-B0 of `keras.applications`, without its top.

    Its own rescaling is left out for `InputNormalization`'s, which is the
    same. It has 5,919,312 parameters.

    Args:
        image_size: Int or tuple `(height, width)`, at least 32.
        weights: `None` or `"imagenet"`.
        name: String, the model name.

    Returns:
        A functional `keras.Model`, RGB in `[0, 255]` to `(batch, 1280)`.

    References:
        - [Tan & Le, 2021](https://arxiv.org/abs/2104.00298)
    """
    return _build_application(
        keras.applications.EfficientNetV2B0,
        image_size,
        weights,
        normalization="imagenet_torch",
        name=name,
        include_preprocessing=False,
    )


@use_own_settings()
def _build_application(
    application, image_size, weights, normalization, name, **options
):
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    inputs = keras.Input((*image_size, 3), name="image")
    x = InputNormalization(normalization, name="normalization")(inputs)
    try:
        model = application(
            include_top=False,
            weights=weights,
            input_tensor=x,
            pooling="avg",
            **options,
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
