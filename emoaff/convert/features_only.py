import keras

from emoaff.convert.conversion import Conversion

_LIMITS = (
    "It names no expression and gives no valence or arousal: it is where a "
    "training begins, `emoaff train RECIPE --set start=FOLDER`."
)


def make_features_only(
    backbone: keras.Model,
    size: int,
    name: str,
    licence: str,
    about: dict[str, str],
    notes: tuple[str, ...] = (),
) -> Conversion:
    """The conversion of an image model that names no emotion.

    Args:
        backbone: Named `"backbone"`, as recipes know it; pictures to features.
        size: Side of its pictures in pixels.
        name: Of the model.
        licence: For the card.
        about: Texts `summary`, `data` and `training`.
        notes: See `Conversion`.
    """
    inputs = keras.Input((size, size, 3), name="image")
    x = keras.layers.Identity(name="features")(backbone(inputs))
    config = {
        "input": {"size": size, "channels": "RGB", "range": [0, 255]},
        "crop": {"margin": 0.0, "interpolation": "area"},
        "sampling": {"window": 1, "rate_hz": None},
        "outputs": {
            "features": {
                "kind": "features",
                "size": backbone.output_shape[-1],
            }
        },
        "licence": licence,
        "provenance": {**about, "limits": _LIMITS, "published": []},
    }
    model = keras.Model(inputs, {"features": x}, name=name)
    return Conversion(model, config, tuple(notes))
