"""A preset learns your own labels, from your own clips or pictures.

    emoaff prepare video_folder --manual-dir MY_CLIPS --data-dir data
    emoaff train finetune --data-dir data --out runs/mine
    emoaff predict --model runs/mine/preset new_clip.mp4

The corpus is a folder per class or a table, see `emoaff corpora video_folder`.
Every layer of the preset but its last is kept; the new last layer is trained
first, then everything (`frozen=true` leaves it at the last layer). Any preset
of single pictures will do (`--set start=FOLDER`). For valence and arousal
instead of classes: `--set target=valence_arousal --set loss=ccc_batch --set
monitor=ccc`.

Expect: that depends on your clips. Of clips of three classes of drawn faces
(`examples/make_synthetic_clips.py`), see the test of this recipe. Hours: two
CPU cores train about 100 pictures of `compact_ferplus` a second.
"""

import dataclasses

import keras

from emoaff import presets
from emoaff.presets import preset_of
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import head_of


@dataclasses.dataclass(frozen=True)
class Config(ClipConfig):
    """`ClipConfig` for a few hundred to some ten thousand pictures.

    `size` follows from the preset in `start`.
    """

    dataset: str = "video_folder"
    target: str = "expression"
    frames: int = 1
    size: int = 0
    dropout: float = 0.3
    balance: str = "classes"
    augment: str = "face"
    loss: str = "crossentropy"
    optimizer: str = "adamw"
    learning_rate: float = 1e-4
    schedule: str = "cosine"
    epochs: int = 8
    head_epochs: int = 2
    patience: int = 0
    batch_size: int = 32
    clip_norm: float = 1.0
    start: str = "compact_ferplus"
    monitor: str = "uar"

    def __post_init__(self):
        if self.frames != 1:
            raise ValueError(
                "finetune learns from single pictures. Received: "
                f"frames={self.frames}. Leave it at 1."
            )
        if not self.size:
            preset = presets.read_config(preset_of(self.start))
            object.__setattr__(self, "size", preset["input"]["size"])
        super().__post_init__()


NAME = "finetune"
ABOUT = {
    "summary": """\
A preset that went on learning from the labels of one user's own clips.""",
    "data": """\
The clips or pictures of a user's own folder, on top of what the first preset
learned from (see its card).""",
    "licence": """\
That of the first preset and of the user's own clips together.""",
    "training": """\
The last layer alone at first, then everything; classes drawn alike, warps,
light, blur, noise and covered patches as augmentation.""",
    "limits": """\
It knows the people, cameras and classes it was shown. Scores on people of the
training clips say nothing about others.""",
}


def build(config: Config, data) -> keras.Model:
    """The preset's network with a new last layer, random weights in that.

    Args:
        config: The run's settings.
        data: A `ClipData`, for the classes.

    Raises:
        ValueError: If the preset is not of single pictures, or has several
            outputs.
    """
    preset = presets.load_preset(preset_of(config.start))
    model = preset.model
    if len(model.outputs) != 1 or len(model.input_shape) != 4:
        raise ValueError(
            "finetune begins with a preset of single pictures and one output. "
            f"Received: start={config.start}, with outputs "
            f"{', '.join(preset.config['outputs'])}."
        )
    x = _features_of(model, preset.config["outputs"])
    if config.dropout:
        x = keras.layers.Dropout(config.dropout, name="dropout_heads")(x)
    head = head_of(config, data).layer(f"{config.target}_head", logits=True)
    return keras.Model(model.inputs, head(x), name="finetuned")


def _features_of(model, outputs):
    """A preset's features, or what its last layer with weights looks at."""
    if all(output.get("kind") == "features" for output in outputs.values()):
        return model.outputs[0]
    last = [layer for layer in model.layers if layer.weights][-1]
    if not isinstance(last, keras.layers.Dense):
        raise ValueError(
            "finetune replaces a last Dense layer. The preset ends in "
            f"{type(last).__name__} {last.name!r}. Choose another."
        )
    return last.input
