"""Whether a model sees pictures, windows of them, or a stream."""

from emoaff.prediction.options import Options
from emoaff.presets.preset import Preset


def choose_run_mode(preset: Preset, options: Options) -> str:
    """Chooses the run mode of a preset.

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
    preset.take_apart()  # which it lacks a part of, it says now
    # Windows, as models are trained and as `emoaff evaluate` runs them: what is
    # predicted has the scores that are on the card.
    if options.live or is_ahead(preset):
        return "streaming"
    # An exported file of that form takes one frame at a time and nothing else.
    about = getattr(preset.model, "about", {})
    return "streaming" if about.get("form") == "streaming" else "window"


def is_ahead(preset: Preset) -> bool:
    """Returns whether a window's answer is for the frame after it."""
    rule = preset.config.get("sampling", {}).get("rule")
    return rule == "one_step_ahead"
