import dataclasses

import keras


@dataclasses.dataclass(frozen=True, eq=False)
class Conversion:
    """One of our networks with another system's weights.

    Args:
        model: With a dict of named outputs, as a preset's model has them.
        config: What `emoaff.presets.save_preset` wants beside the model:
            `input`, `crop`, `sampling`, `outputs`, `licence`, `provenance`.
        notes: What the user should know of how the file was read, as
            sentences.

    Example:
    >>> found = convert("lstm.safetensors", features_from="my_preset")
    >>> print(found.notes[0])
    The file looks like one of emo-affectnet and was read as such.
    """

    model: keras.Model
    config: dict
    notes: tuple[str, ...] = ()
