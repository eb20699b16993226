r"""Valence and arousal of each frame of a face video, beside its expression.

LSTMs and GRUs on the features of a preset of single pictures, which stays as it
is, learn the ratings of film clips with a concordance loss and become the
preset `cnn_lstm_affect`.

    emoaff prepare kerc2020/clips --manual-dir CORPUS --data-dir data
    emoaff train cnn_lstm_affect --data-dir data --out runs/cnn_lstm_affect

On another image model, with nothing else to change:

    emoaff train cnn_lstm_affect --data-dir data --out runs/other \
        --set trunk=runs/compact_ferplus_v3

One with another backbone lacks the inner layers, and takes `--set layers=[]` or
others of its own.

It takes about 38 minutes beside other work. Expect a CCC over all frames of
.621 for valence and .581 for arousal, of the means of clips .684 and .614 (one
run).

The scores are of a cross-validation, which the run makes first: each clip is
answered by heads that saw none of its block of neighbouring clips. The heads of
the preset learn from all clips.
"""

import dataclasses

import keras
import numpy as np

from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.data.subject_splits import fold_by_subject
from emoaff.metrics.whole_signals import compute_ccc
from emoaff.presets import resolve_preset
from emoaff.training import Experiment
from emoaff.training import Stage
from emoaff.training.affect_heads import build_heads
from emoaff.training.affect_heads import clip_means
from emoaff.training.affect_heads import heads_loss
from emoaff.training.affect_heads import join_heads
from emoaff.training.affect_heads import mean_of_heads
from emoaff.training.clip_views import add_layers
from emoaff.training.clip_views import average_views
from emoaff.training.clip_views import by_clip
from emoaff.training.clip_views import image_parts
from emoaff.training.clip_views import look_directly
from emoaff.training.clip_views import stack_views
from emoaff.training.commands import portable_settings
from emoaff.training.commands import run_name
from emoaff.training.commands import train_commands
from emoaff.training.cross_validate_heads import cross_validate_heads
from emoaff.training.cross_validated_publishing import publish_cross_validated
from emoaff.training.view_clips import ViewClips


@dataclasses.dataclass(frozen=True)
class Config:
    """Everything that changes the numbers of a run, and nothing else.

    Args:
        dataset: Corpus of clips with valence and arousal.
        trunk: Preset of single pictures, or a run, whose features are used.
        layers: More layers of the image model, whose means over height and
            width are features of the heads too.
        size: Side in pixels of the preset's crops; 0 for the trunk's.
        shares: Views of a picture: how much of its width and height is kept.
            In training one is drawn; the preset averages the features of all.
        flip: Whether views are seen in the mirror too, in training.
        heads: Heads beside each other, whose answers are averaged.
        dense: Width of the layer before the memory.
        temporal: `"lstm"`, `"gru"`, `"lstm+gru"` for heads of either kind in
            turn, or `""` for no memory.
        units: Width of the memory.
        dropout: Share of the features dropped.
        dropout_heads: Share of the memory's answer dropped.
        epochs: How many.
        batch_size: Clips an update.
        learning_rate: Highest rate; a cosine takes it to 0.
        weight_decay: AdamW's decoupled decay.
        folds: Of the cross-validation that the scores come from; 0 for none.
        rate_hz: Frames a second on which a video is looked at.
        margin: Crop margin of the preset, see `emoaff.faces.crop_face`.
        seed: Of weights and draws.
    """

    dataset: str = "kerc2020/clips"
    trunk: str = "compact_ferplus"
    layers: tuple[str, ...] = ("pw9_relu", "pw11_relu")
    size: int = 160
    shares: tuple[float, ...] = (1.0, 0.9, 0.8)
    flip: bool = True
    heads: int = 12
    dense: int = 64
    temporal: str = "lstm+gru"
    units: int = 64
    dropout: float = 0.5
    dropout_heads: float = 0.3
    epochs: int = 25
    batch_size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    folds: int = 5
    rate_hz: float = 3.0
    # The corpus cuts faces to 0.83 of what the detector boxes (the median of 61
    # pictures of it).
    margin: float = -0.15
    seed: int = 0


NAME = "cnn_lstm_affect"
SUMMARY = """\
For research only: it was trained on a competition's film frames (KERC 2020),
on an image model that began from VGGFace2. Not for decisions about people.

Valence and arousal of each frame of a face video, from a frozen image model
with LSTMs and GRUs beside each other, whose answers are averaged; and the
expression that the image model names."""
DATA = """\
KERC 2020: clips of Korean films and dramas, 1 to 12 faces each, about 2 to 4 a
second, and one rating of the whole clip by the mean of its raters; each frame
was given the rating of its clip. Who acts in which clip is not known, so one
actor may be in a clip that was learned from and in one that was scored."""
LICENCE = """\
For research only. KERC 2020 is the data of a competition, film frames of
people who can be recognised; VGGFace2, from which the image model began, was
published for research, as ImageNet was, from which its teacher began; FER2013,
which it learned expressions from, was collected by web search and its rights
are unclear."""
TRAINING = """\
The image model is not changed, and names expressions as before. It sees
each picture three times, whole and without its margins, and its features are
averaged; beside those of its end the heads see means of inner layers. LSTMs and
GRUs take turns. They learn from single views, also in the mirror, by the
concordance loss of frames plus that of the means of clips, with AdamW. What is
scored is each clip's answer by heads that saw none of its block of 12
neighbouring clips; blocks of one film may still lie on both sides."""
OF_CLIPS = """
Averaged over its frames, a clip's answer had a CCC of {:.3f} for valence and
{:.3f} for arousal. Settings were chosen on the same clips, in a few tries, so
all of these are slightly flattered."""
NOT_FOR = "It must not be used for decisions about people."
LIMITS = """\
It says what raters saw in scenes played by actors, of one country's films, not
what a person feels. Ratings are of whole clips, so how fast its answers follow
a face was never measured. It learned from at most 12 frames at a rate that is
itself a guess (3 a second is the middle of 2 to 4): a video is therefore looked
at 3 times a second, and answers far from the beginning of a long video rest on
a longer memory than any that was trained. The first frame of a face is answered
from that frame alone, and worse than the later ones. Other people, ages,
origins and cameras were not measured."""


def experiment(config: Config, data_dir, out, report) -> Experiment:
    """The clips, the heads and the preset that comes of them.

    Args:
        config: The run's settings.
        data_dir: Where the corpus was built.
        out: Folder of the run.
        report: Called with lines of progress.
    """
    trunk = presets.load_preset(resolve_preset(config.trunk))
    encoder, expression = image_parts(trunk)
    direct = look_directly(encoder) if config.size else encoder
    direct = add_layers(direct, config.layers)
    size = config.size or trunk.size
    encoder = average_views(direct, size, config.shares)
    recordings = load_recordings(config.dataset, "train", data_dir)
    report(f"features of {len(recordings)} frames with {trunk.name}")
    features = stack_views(encoder, direct, recordings, config)
    labels = by_clip(
        recordings, np.stack([recordings.valence, recordings.arousal], axis=1)
    )
    clips = ViewClips(features, labels, config)

    def build():
        keras.utils.set_random_seed(config.seed)
        return build_heads(features.shape[-1], config)

    def validate(model):
        # All clips are learned from: this says only that it does learn.
        said = mean_of_heads(model(clips.scaled(features[0]), training=False))
        loss = heads_loss(labels, {"mean": keras.ops.convert_to_tensor(said)})
        return {"training_loss": float(loss)}

    def publish(model, history, folder):
        answers = np.full((len(recordings), 2), np.nan, np.float32)
        trained = TRAINING
        if config.folds:
            parts = fold_by_subject(recordings.subjects, config.folds)
            heads = cross_validate_heads(
                features, labels, config, parts, optimizer_of, report
            )
            inside = np.isfinite(features[0, ..., 0])
            answers = heads.mean(axis=0)[inside]
            scores = score_clips(heads.mean(axis=0), labels)
            trained += OF_CLIPS.format(*scores)
        joined = join_heads(
            model, encoder, expression, (clips.mean, clips.deviation), NAME
        )
        said = preset_config(
            config, trunk, size, features.shape[2], history, out
        )
        said["provenance"]["training"] = trained
        return publish_cross_validated(
            joined, said, folder, recordings, answers, report, stored="int8"
        )

    return Experiment(
        build=build,
        stages=(
            Stage(
                config.epochs,
                lambda _: optimizer_of(config, clips.steps * config.epochs),
            ),
        ),
        loss=heads_loss,
        batches=clips.batches,
        steps=clips.steps,
        validate=validate,
        monitor="training_loss",
        higher_is_better=False,
        publish=publish,
    )


def score_clips(answers: np.ndarray, labels: np.ndarray) -> list[float]:
    """Computes the CCC of the means of clips, valence and arousal.

    Args:
        answers: float `(clips, frames, 2)`.
        labels: float, same shape, NaN where a frame does not count.
    """
    means, truth = clip_means(answers, labels), clip_means(labels, labels)
    return [
        float(compute_ccc(np.ravel(truth[..., d]), np.ravel(means[..., d])))
        for d in (0, 1)
    ]


def optimizer_of(config: Config, total: int) -> keras.optimizers.Optimizer:
    """Makes the optimizer for so many updates."""
    rate = keras.optimizers.schedules.CosineDecay(
        config.learning_rate / 25,
        decay_steps=max(total - total // 10, 1),
        warmup_target=config.learning_rate,
        warmup_steps=total // 10,
    )
    return keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)


def preset_config(config, trunk, size, longest, history, out) -> dict:
    """Makes the preset's `config.json`, apart from weights and scores."""
    return {
        "name": run_name(out),
        "input": {**trunk.config["input"], "size": size},
        "crop": {**trunk.config["crop"], "margin": config.margin},
        "sampling": {
            "window": longest,
            "rate_hz": config.rate_hz,
            "stride": longest,
            "rule": "sliding",
        },
        "outputs": {
            "expression": trunk.config["outputs"]["expression"],
            "valence_arousal": {
                "kind": "dimensional",
                "names": ["valence", "arousal"],
                "range": [-1, 1],
            },
        },
        "licence": LICENCE,
        "provenance": {
            "summary": SUMMARY,
            "data": DATA,
            "limits": LIMITS,
            "not_for": NOT_FOR,
            "trunk": {
                "name": trunk.name,
                "sha256": trunk.config["weights"]["sha256"],
            },
            "train_command": "\n    ".join(train_commands(NAME, config, out)),
            "settings": portable_settings(config),
            "history": history,
        },
    }
