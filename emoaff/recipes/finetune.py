"""A preset learns your own labels, from your own clips or pictures.

    emoaff prepare video_folder --manual-dir MY_CLIPS --data-dir data
    emoaff train finetune --data-dir data --out runs/mine
    emoaff predict --model runs/mine/preset new_clip.mp4

The corpus is a folder per class or a table, see `emoaff corpora video_folder`.
Every layer of the preset but its last is kept; the new last layer is trained
first, then everything (`schedule.frozen=true` leaves it at the last layer). Any
preset of single pictures will do (`--set model.start=FOLDER`). For valence and
arousal instead of classes: `--set data.target=valence_arousal --set
loss.name=ccc_batch --set schedule.monitor=ccc --set balance.name=none`.

Half of the people of the validation split, or of its recordings where they are
of one person, serve to calibrate the probabilities, and the other half to score
them (`data.calibration_share`). The preset that was begun with is scored on the
same ones, if it has your classes: before beside after.

Expect: that depends on your clips. Of clips of three classes of drawn faces
(`examples/make_synthetic_clips.py`), see the test of this recipe. Hours: two
CPU cores train about 100 pictures of `compact_ferplus` a second.
"""

import keras

from emoaff import presets
from emoaff.presets import resolve_preset
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_models import make_head

# For a few hundred to some ten thousand pictures. The size of pictures follows
# from the preset.
CONFIG = ClipConfig().change(
    # Half of who validates is for calibration: a handful of epochs leaves a
    # model less sure than it may be.
    data={
        "dataset": "video_folder",
        "target": "expression",
        "calibration_share": 0.5,
    },
    window={"frames": 1},
    balance={"name": "classes"},
    augmentation={"name": "face"},
    model={"size": 0, "dropout": 0.3, "start": "compact_ferplus"},
    loss={"name": "crossentropy"},
    optimizer={"name": "adamw", "learning_rate": 1e-4, "clip_norm": 1.0},
    schedule={
        "name": "cosine",
        "epochs": 8,
        "head_epochs": 2,
        "patience": 0,
        "monitor": "uar",
    },
    batch={"size": 32},
)
GOES_ON = True
# Settings that this network does not look at.
UNUSED = (
    "model.backbone",
    "model.grey",
    "model.temporal",
    "model.units",
    "model.fusion",
)
# That depends on one's own clips.
EXPECTED = ()

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


def complete(config: ClipConfig) -> ClipConfig:
    """Fills in the size of pictures, which follows from the preset.

    Raises:
        ValueError: If windows of several frames are asked for, or there is no
            such preset.
    """
    if config.window.frames != 1:
        raise ValueError(
            "finetune learns from single pictures. Received: "
            f"window.frames={config.window.frames}. Leave it at 1."
        )
    if config.model.size:
        return config
    preset = presets.read_config(resolve_preset(config.model.start))
    return config.change(model={"size": preset["input"]["size"]})


def build(config: ClipConfig, data) -> keras.Model:
    """The preset's network with a new last layer, random weights in that.

    Args:
        config: The run's settings.
        data: A `ClipData`, for the classes.

    Raises:
        ValueError: If the preset is not of single pictures, or has several
            outputs.
    """
    preset = presets.load_preset(resolve_preset(config.model.start))
    model = preset.model
    if len(model.outputs) != 1 or len(model.input_shape) != 4:
        raise ValueError(
            "finetune begins with a preset of single pictures and one output. "
            f"Received: model.start={config.model.start}, with outputs "
            f"{', '.join(preset.config['outputs'])}."
        )
    x = _find_features(model, preset.config["outputs"])
    dropout = config.model.dropout
    if dropout:
        x = keras.layers.Dropout(dropout, name="dropout_heads")(x)
    name = f"{config.data.target}_head"
    head = make_head(config, data).layer(name, logits=True)
    return keras.Model(model.inputs, head(x), name="finetuned")


def _find_features(model, outputs):
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
