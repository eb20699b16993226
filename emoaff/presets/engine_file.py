"""The LiteRT file of a shipped preset."""

import hashlib
import pathlib

from emoaff.faces.litert_network import LiteRTNetwork
from emoaff.faces.litert_network import has_litert
from emoaff.faces.litert_network import require_litert

FILE = "model.tflite"


def open_model(
    folder: pathlib.Path, config: dict, engine: str
) -> LiteRTNetwork | None:
    """Opens the LiteRT file of a preset's folder.

    Args:
        folder: The preset's.
        config: Its `config.json`, whose `litert` names the file, its checksum
            and that of the weights that it was made from.
        engine: `"litert"` or `"auto"`.

    Returns:
        The network, which answers as `Preset.named` takes it; for `"auto"`
        `None` where there is no such file, it was made from other weights, or
        `ai_edge_litert` is not installed.

    Raises:
        ValueError: If `"litert"` was asked for and there is no file of these
            weights, or the file is damaged.
        ImportError: If `"litert"` was asked for and cannot be imported.
    """
    about = config.get("litert", {})
    fits = about.get("weights_sha256") == config["weights"]["sha256"]
    if engine == "auto" and not (fits and has_litert()):
        return None
    require_litert()
    if not fits:
        found = "one of other weights" if about else "none"
        raise ValueError(
            f"Expected a LiteRT file of the weights in {folder}, for the "
            f"engine litert. There is {found}. Choose the engine auto or "
            "keras, or export the preset and predict with the file: "
            f"emoaff export {folder} --to litert."
        )
    path = folder / about["file"]
    if not path.is_file() or compute_sha256(path) != about["sha256"]:
        raise ValueError(
            f"Expected the LiteRT file that config.json names in {folder}. "
            f"{path.name} is missing or was changed. Take a fresh copy of the "
            "folder, or choose the engine keras."
        )
    return LiteRTNetwork(path)


def compute_sha256(path: pathlib.Path) -> str:
    """Computes the checksum of a file, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
