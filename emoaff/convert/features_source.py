import os

from emoaff import presets

_LAYER = "features"


def find_features_source(
    folder: str | os.PathLike, width: int
) -> tuple[dict, dict]:
    """Describes which preset the features of a model come from.

    Args:
        folder: The preset of the image model; kept as given.
        width: How many features the model takes.

    Returns:
        The entries `input` and `crop` of `config.json`.

    Raises:
        ValueError: If there is no such preset, or it has no layer `features`
            of that width.
    """
    preset = presets.load_preset(folder)
    found = [lay for lay in preset.model.layers if lay.name == _LAYER]
    shape = tuple(found[0].output.shape[1:]) if found else None
    if shape != (width,):
        raise ValueError(
            f"Expected a preset with a layer {_LAYER!r} of {width} numbers in "
            f"{folder}. Found {shape or 'none'}. Name the preset of the image "
            "model that this one was trained with."
        )
    taken = {
        "kind": "features",
        "features_from": os.fspath(folder),
        "features_sha256": preset.config["weights"]["sha256"],
        "size": preset.size,
    }
    return taken, preset.config["crop"]
