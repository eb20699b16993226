"""How a preset is run over a video: by pictures, by windows or as a stream."""

from emoaff.prediction.options import Options
from emoaff.prediction.sequence_model import sequence_model
from emoaff.presets.preset import Preset


def form_of(preset: Preset, options: Options) -> str:
    """Decides how a preset is run.

    Args:
        preset: Any preset.
        options: Its `temporal` and `live`.

    Returns:
        `"static"`, `"window"` or `"streaming"`.

    Raises:
        ValueError: If the preset cannot be run like that, or says nothing
            about a face.
    """
    preset.require_answers()
    temporal = options.temporal
    if preset.window == 1 and not preset.takes_features:
        if temporal not in ("auto", "static"):
            raise ValueError(
                f"Expected temporal auto or static for {preset.name}, which "
                "takes pictures one by one and has no memory. "
                f"Received: temporal={temporal!r}."
            )
        return "static"
    if temporal == "static":
        raise ValueError(
            "Expected a preset that takes pictures one by one for temporal "
            f"static. Received: {preset.name}, which takes windows of "
            f"{preset.window} frames. Choose temporal auto."
        )
    if is_ahead(preset) and temporal == "window":
        raise ValueError(
            f"Expected temporal streaming or auto for {preset.name}, which "
            "answers for the frame after its window. "
            "Received: temporal='window'."
        )
    if temporal != "auto":
        return temporal
    return _by_itself(preset, options)


def is_ahead(preset: Preset) -> bool:
    """Says whether a window's answer is for the frame after it."""
    rule = preset.config.get("sampling", {}).get("rule")
    return rule == "one_step_ahead"


def _by_itself(preset, options):
    model = sequence_model(preset)
    if options.live or is_ahead(preset):
        return "streaming"
    if not model.each_frame:
        return "window"
    try:
        model.stepper()
    except ValueError:  # a layer that looks both ways
        return "window"
    return "streaming"
