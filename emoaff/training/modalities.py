"""The modalities that a recipe learns from beside faces, or instead.

What is public here:

    check_modalities(config)
    read_sides(config, recordings, report) -> SideInput by modality
    make_normalizations(sides) -> layer by modality
    make_face_normalization(data) -> layer
    describe_sides(sides, rule) -> dict
    require_inputs(model, config)
"""

import keras

from emoaff.data.side_inputs import SideFiles
from emoaff.data.side_inputs import SideInput
from emoaff.data.side_inputs import compute_statistics
from emoaff.data.side_inputs import parse_side_files
from emoaff.data.side_inputs import read_side_input
from emoaff.layers import FeatureNormalization
from emoaff.models.fusion import VIDEO
from emoaff.training.data_groups import VIDEO_MODALITY


def check_modalities(config) -> None:
    """Raises ValueError where settings of modalities make no sense."""
    data = config.data
    parse_side_files(data.side_files)
    others = data.other_modalities
    wrong = [m for m in others if not m.isidentifier() or m == VIDEO]
    twice = len(set(data.modalities)) < len(data.modalities)
    if wrong or twice or not data.modalities:
        raise ValueError(
            "`data.modalities` must name video, or modalities in lower case "
            "such as audio, each once. Received: data.modalities="
            f"{data.modalities}."
        )
    if data.features_from and not data.sees_faces:
        raise ValueError(
            "`data.features_from` is for faces, which data.modalities="
            f"{data.modalities} leave out. Leave it empty."
        )
    if not others:
        return
    if config.window.frames == 1 or config.augmentation.mixup:
        raise ValueError(
            "`data.modalities` beside video are for windows of several frames "
            "that are not blended. Received: window.frames="
            f"{config.window.frames}, augmentation.mixup="
            f"{config.augmentation.mixup}."
        )
    if config.batch.frames_at_once and not data.sees_faces:
        raise ValueError(
            "`batch.frames_at_once` saves memory of faces. Received: "
            f"data.modalities={data.modalities}. Leave it at 0."
        )


def read_sides(config, splits, report) -> list[dict[str, SideInput]]:
    """Reads the features of each modality but faces, and says what is missing.

    Args:
        config: A `ClipConfig`.
        splits: `Recordings`, those to learn from first.
        report: Called with a line for each modality and split.

    Returns:
        For each split its features by modality.

    Raises:
        FileNotFoundError, ValueError: See
            `emoaff.data.side_inputs.read_side_input`.
    """
    files = parse_side_files(config.data.side_files)
    unused = sorted(set(files) - set(config.data.other_modalities))
    if unused:
        report(
            f"not used: the files of {', '.join(unused)}, which "
            "data.modalities do not name"
        )
    found: list[dict[str, SideInput]] = []
    for recordings in splits:
        some = {}
        for modality in config.data.other_modalities:
            some[modality] = read_side_input(
                modality,
                recordings,
                files.get(modality, SideFiles()),
                config.data.side_rule,
                found[0][modality].names if found else (),
            )
            text = some[modality].describe()
            report(f"{recordings.split}, {modality}: {text}")
        found.append(some)
    return found


def make_normalizations(sides) -> dict[str, FeatureNormalization]:
    """Makes the layers that standardise features by the training data.

    Args:
        sides: `SideInput`s of the training split by modality.
    """
    return {
        modality: FeatureNormalization(
            *side.compute_statistics(), name=f"{modality}_normalization"
        )
        for modality, side in sides.items()
    }


def make_face_normalization(data) -> FeatureNormalization:
    """Makes the layer for features of faces, see `data.features_from`.

    Args:
        data: A `ClipData`.
    """
    return FeatureNormalization(
        *compute_statistics(data.training.features), name="face_normalization"
    )


def describe_sides(sides, rule: str) -> dict:
    """Describes the modalities for `input` of a preset's `config.json`."""
    return {
        modality: {"names": list(side.names), "rule": rule}
        for modality, side in sides.items()
    }


def require_inputs(model: keras.Model, config) -> None:
    """Raises ValueError if a recipe's model does not take the modalities."""
    others = config.data.other_modalities
    if not others and config.data.sees_faces:
        return
    wanted = {VIDEO, *others} if config.data.sees_faces else set(others)
    given = set(model.input) if isinstance(model.input, dict) else set()
    if given != wanted:
        named = ", ".join(config.data.modalities)
        raise ValueError(
            f"Expected a recipe whose model takes data.modalities={named}, as "
            f"a dict of inputs {', '.join(sorted(wanted))}. {model.name} takes "
            f"{', '.join(sorted(given)) or 'faces alone'}. Take a recipe such "
            "as tzirakis_recola, or leave the setting at "
            f"{VIDEO_MODALITY}."
        )
