"""Eight expressions from one small face picture, trained on FER+.

A MobileNetV1 whose first weights come from face recognition learns the vote
distributions of FER+ and becomes the preset `compact_ferplus`.

Run, in five rounds, each from where the one before ended. The third has a
teacher, the preset `resnet50_ferplus`; the last two are for pictures unlike
those of FER+ and have two teachers, that preset and the third round:

    emoaff prepare ferplus --manual-dir CORPUS --data-dir data
    emoaff train compact_ferplus --data-dir data \
        --out runs/compact_ferplus_first \
        --set initial_weights=mobilenet_v1_vggface2_folded.weights.h5
    emoaff train compact_ferplus --data-dir data \
        --out runs/compact_ferplus_second \
        --set start=runs/compact_ferplus_first --set 'stages=[[7,112]]' \
        --set head_epochs=0 --set learning_rate=8e-5 --set seed=1
    emoaff train compact_ferplus --data-dir data \
        --out runs/compact_ferplus_third \
        --set start=runs/compact_ferplus_second --set 'stages=[[6,112]]' \
        --set head_epochs=0 --set shrink=1.8 --set input_size=80 \
        --set final_side=128 --set teacher=resnet50_ferplus \
        --set teacher_share=0.6 --set teacher_temperature=1.0 --set seed=2

The commands of the fourth and fifth round are long: `docs/training` of the
repository and the preset's card have them.

Expect on FER+'s validation split accuracy 0.844 and UAR 0.676 after the first
round, 0.854 and 0.689 after the second, 0.860 and 0.677 after the third, 0.862
and 0.680 after the fifth, which loses far less on turned, darkened and blurred
faces (one run each; the spread over seeds was not measured). Two CPU cores
train 100 pictures a second at 112 pixels and more at 80, so the first two
rounds take about 55 and 35 minutes where nothing else runs. The third took 1.3
hours beside other work, the fourth and fifth 36 and 17 minutes on one core.

Score it again:

    emoaff evaluate runs/compact_ferplus/preset --dataset ferplus \
        --split validation --data-dir data
"""

import dataclasses
import os
import pathlib
import shlex

import keras
import numpy as np
from scipy import special

from emoaff import labels
from emoaff.data.recordings import load_recordings
from emoaff.layers import Greyscale
from emoaff.models.mobilenet_v1 import build_mobilenet_v1
from emoaff.presets.calibration import Calibration
from emoaff.presets.calibration import fit_calibration
from emoaff.recipes.ferplus_static import TWINS
from emoaff.recipes.ferplus_static import VALENCE
from emoaff.training import Experiment
from emoaff.training import Stage
from emoaff.training import publishing
from emoaff.training.commands import portable_settings
from emoaff.training.commands import run_name
from emoaff.training.commands import train_commands
from emoaff.training.earlier_runs import fill_from_runs
from emoaff.training.still_votes import StillVotes


@dataclasses.dataclass(frozen=True)
class Config:
    """Everything that changes the numbers of a run, and nothing else.

    Args:
        dataset: Corpus, see `emoaff.corpora`.
        initial_weights: Path of the face-recognition weights for
            `emoaff.models.build_mobilenet_v1`, or empty to start at random.
        start: Folder of a finished run of this recipe to go on from, its
            classifier included, or empty. Of several, comma between, the
            weights are averaged. A run without checkpoints gives the weights
            of its preset.
        stages: Pairs (epochs, side in pixels), in order. Small pictures first
            save time, the last stage is the preset's resolution.
        head_epochs: Epochs that train the classifier alone, at first.
        head_learning_rate: Learning rate of those epochs.
        batch_size: Pictures per step.
        learning_rate: Highest rate; a cosine takes it to 0.
        warmup_steps: Steps over which the rate rises to its highest.
        weight_decay: AdamW's decoupled decay.
        dropout: Share of the 1,024 features dropped before the classifier.
        balance_power: See `emoaff.data.sampling.draw_balanced_indices`.
        correct_prior: Whether calibration also takes back part of that
            balance, see `emoaff.presets.calibration.fit_calibration`.
        prior_kept: How much of that is taken back, over 0; below 1 rare
            classes are named more often.
        calibrate_on: `"stored"`, the pictures held out, or `"mixed"`, these
            and a copy of each that is changed as in training, so that
            confidence holds on worse pictures too.
        shrink: How much smaller faces get at most in training, as in crops
            with so much more around them.
        zoom: How much larger faces get at most in training.
        rotation: Largest rotation in training, in degrees.
        stretch: See `emoaff.data.face_augmenter.FaceAugmenter`, as the next
            five.
        blur: Largest blur, in pixels.
        cover: Share of the pictures that are partly covered.
        dim: Least factor of light.
        surround: Share of the pictures with another picture around them.
        source_blur: Largest blur before the warp, in pixels of the corpus.
        prior_strength: See `emoaff.training.still_votes.StillVotes.loss`.
        ema: Share that stays of the averaged weights at each step; 0 averages
            nothing.
        input_size: Side in pixels of the preset's crops.
        final_side: Side in pixels to which the preset enlarges its crops; 0
            for that of the last stage. A larger one helps faces that are small
            in their crop, and costs some of the others.
        keep: `"best"`, the epoch of the least loss on the pictures held out
            before calibration, or `"last"`, for targets that are much softer
            than labels and a rate that ends at 0.
        teacher: A preset whose answers are mixed into the votes
            (distillation), or several, comma between, or empty.
        teacher_sees: `"changed"` or `"stored"` pictures, see `StillVotes`.
        teacher_share: Share of the teacher in the mixture.
        teacher_temperature: See `emoaff.training.teacher.Teacher`.
        held_out: Share of the training pictures kept for temperature and
            curves.
        seed: Of weights, draws and augmentation.
    """

    dataset: str = "ferplus"
    initial_weights: str = ""
    start: str = ""
    stages: tuple[tuple[int, int], ...] = ((6, 80), (8, 112))
    head_epochs: int = 1
    head_learning_rate: float = 1e-3
    batch_size: int = 64
    learning_rate: float = 1e-4
    warmup_steps: int = 200
    weight_decay: float = 1e-2
    dropout: float = 0.3
    balance_power: float = 0.5
    correct_prior: bool = False
    prior_kept: float = 1.0
    calibrate_on: str = "stored"
    shrink: float = 1.35
    zoom: float = 1.35
    rotation: float = 15.0
    stretch: float = 0.08
    blur: float = 1.5
    cover: float = 0.25
    dim: float = 1.0
    surround: float = 0.0
    source_blur: float = 0.0
    prior_strength: float = 0.0
    ema: float = 0.0
    # FER+'s pictures are 48 x 48, so finer detail is nothing the model could
    # have learned from; larger crops are averaged down to that.
    input_size: int = 48
    final_side: int = 0
    keep: str = "best"
    teacher: str = ""
    teacher_sees: str = "changed"
    teacher_share: float = 0.5
    teacher_temperature: float = 2.0
    held_out: float = 0.08
    seed: int = 0


NAME = "compact_ferplus"
LABEL_SPACE = "ferplus"
SUMMARY = """\
Eight facial expressions from one small face picture. A MobileNetV1 (width 1.0,
batch norms folded into the convolutions) sees the picture in grey, enlarged
inside the model."""
DATA = f"""\
Trained on the vote distributions of FER+ (Barsoum et al., 2016): FER2013's
training pictures (48 x 48, grey, found by web search) with ten crowd votes
each. First weights: a MobileNetV1 trained to recognise the people of VGGFace2.
A teacher brings what it was trained on: `resnet50_ferplus` began with weights
from ImageNet.

{TWINS}"""
LICENCE = """\
The weights are given under MIT like the rest of emoaff, with two cautions that
are yours to judge. FER2013's pictures were collected by web search and their
rights are unclear; FER+'s votes are MIT. The first weights come in a package
under MIT, of Apache-2.0 origin, but VGGFace2, which they were trained on, was
published for research, as ImageNet was, behind the teacher."""
TRAINING = """\
Vote distributions as targets, from the third round on mixed with teachers'
answers; classes drawn in proportion to the square root of their counts; warps,
light, blur, noise and covered patches as augmentation
(`emoaff.data.face_augmenter`), in the last two rounds much stronger: a face in
a crop up to 1.9 times as wide, turned by up to 35 degrees, darkened, blurred,
surrounded by parts of other pictures. There the logarithm of the classes'
shares is added to the logits in the loss, weights are averaged over the steps,
and calibration is fitted on held-out pictures and changed copies of them. Of
the likeliest share of the class prior 0.85 is kept: that was best in accuracy
on the held-out pictures. The run's settings are in `config.json` under
`provenance`."""
LIMITS = f"""\
It names what a face shows, by the crowd's vote, not what a person feels. Rare
classes are weak, and their recall rests on few pictures: see disgust, fear and
contempt above. FER2013 names no ages, origins or skin colours, so differences
between groups of people were not measured, and neither were profiles and masks.
Not for decisions about people.

{VALENCE}"""


def build(config: Config) -> keras.Model:
    """The network in training: `(b, h, w, 3)` RGB 0-255 to `(b, 8)` logits.

    Height and width are free.

    Raises:
        FileNotFoundError: If `config.initial_weights` names no file, or
            `config.start` no run with a checkpoint or a preset.
    """
    if config.initial_weights and not os.path.isfile(config.initial_weights):
        raise FileNotFoundError(
            "Expected the file of the first weights. Received: "
            f"initial_weights={config.initial_weights}. Give its path, or "
            "nothing to start from random weights."
        )
    trunk = build_mobilenet_v1(weights=config.initial_weights or None)
    inputs = keras.Input((None, None, 3), name="image")
    x = trunk(Greyscale(name="greyscale")(inputs))
    x = keras.layers.Dropout(config.dropout, name="dropout")(x)
    logits = keras.layers.Dense(len(labels.get(LABEL_SPACE)), name="logits")(x)
    model = keras.Model(inputs, logits, name="classifier")
    if config.start:
        layers = {"mobilenet_v1": "mobilenet_v1", "logits": "expression"}
        fill_from_runs(model, config.start, layers)
    return model


def experiment(config: Config, data_dir, out, report) -> Experiment:
    """The pictures, the two stages and the preset that comes of them.

    Args:
        config: The run's settings.
        data_dir: Where FER+ was built.
        out: Folder of the run.
        report: Called with lines of progress.
    """
    if config.keep not in ("best", "last"):
        raise ValueError(
            f"Expected keep=best or last. Received: {config.keep!r}. Choose "
            "one of them."
        )
    pictures = StillVotes(config, data_dir, pathlib.Path(out, "answers.npy"))
    report(
        f"{len(pictures.kept)} pictures to train on, {len(pictures.tuning)} "
        "held out"
    )
    later = len(pictures.sides) - config.head_epochs

    def head_only(model):
        model.get_layer("mobilenet_v1").trainable = False

    def everything(model):
        model.get_layer("mobilenet_v1").trainable = True

    head = Stage(
        config.head_epochs,
        lambda _: keras.optimizers.Adam(config.head_learning_rate),
        head_only,
    )
    whole = Stage(
        later,
        lambda _: _optimizer(config, pictures.steps * later),
        everything,
    )

    def publish(model, history, folder):
        votes = pictures.kept.distribution
        counts = np.bincount(votes.argmax(axis=1), minlength=votes.shape[1])
        counts = np.maximum(counts, 1)
        calibration = _calibrate(pictures, model, config, counts)
        prior = _class_prior(calibration, config, counts)
        return publishing.publish(
            finished(model, config, calibration),
            preset_config(config, calibration, history, out, prior),
            folder,
            load_recordings(config.dataset, "validation", data_dir),
            report,
        )

    return Experiment(
        build=lambda: build(config),
        stages=(head, whole) if config.head_epochs else (whole,),
        loss=pictures.loss,
        batches=pictures.batches,
        steps=pictures.steps,
        validate=pictures.validate,
        monitor="epoch" if config.keep == "last" else "held_out_loss",
        higher_is_better=config.keep == "last",
        publish=publish,
        clip_norm=1.0,
    )


def _calibrate(pictures, model, config, counts):
    """Fits probabilities on the pictures held out, and changed copies."""
    if config.calibrate_on not in ("stored", "mixed"):
        raise ValueError(
            "Expected calibrate_on=stored or mixed. Received: "
            f"{config.calibrate_on!r}. Choose one of them."
        )
    logits = pictures.logits(model, config.final_side)
    truth = pictures.tuning.expression
    if config.calibrate_on == "mixed":
        changed = pictures.changed_logits(
            model, config.input_size, config.final_side
        )
        logits = np.concatenate([logits, changed])
        truth = np.concatenate([truth, truth])
    counts = counts if config.correct_prior else None
    return fit_calibration(logits, truth, counts, config.prior_kept)


def _class_prior(calibration, config, counts):
    """The class shares for which the calibrated probabilities hold.

    Where less of the prior is kept than is likeliest, they are flatter than
    the shares of the training pictures.
    """
    fitted = calibration.prior_share / config.prior_kept
    missing = calibration.offset - fitted * np.array(calibration.log_shares)
    return special.softmax(np.log(counts) + missing / calibration.temperature)


def _optimizer(config, total):
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=total - config.warmup_steps,
        warmup_target=config.learning_rate,
        warmup_steps=config.warmup_steps,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=config.weight_decay,
        use_ema=config.ema > 0,
        ema_momentum=config.ema or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def finished(
    classifier: keras.Model, config: Config, calibration: Calibration
) -> keras.Model:
    """The network as shipped: one crop in, probabilities out.

    Args:
        classifier: A trained `build(config)`.
        config: The run's settings.
        calibration: Of the logits; it is folded into the last layer.

    Returns:
        A model from `(b, size, size, 3)` RGB 0-255, of `config.input_size`,
        to `{"expression": (b, 8)}` probabilities.
    """
    side = config.final_side or config.stages[-1][1]
    trunk = classifier.get_layer("mobilenet_v1")
    kernel, bias = classifier.get_layer("logits").get_weights()
    size = config.input_size
    inputs = keras.Input((size, size, 3), name="image")
    x = keras.layers.Resizing(side, side, name="enlarge")(inputs)
    x = trunk(Greyscale(name="greyscale")(x))
    head = keras.layers.Dense(
        len(bias), activation="softmax", dtype="float32", name="expression"
    )
    outputs = head(x)
    bias = bias + calibration.offset
    temperature = calibration.temperature
    head.set_weights([kernel / temperature, bias / temperature])
    return keras.Model(inputs, {"expression": outputs}, name=NAME)


def preset_config(
    config: Config,
    calibration: Calibration,
    history: list[dict],
    out,
    class_prior,
) -> dict:
    """Makes the preset's `config.json`, apart from weights and scores.

    Args:
        config: The run's settings.
        calibration: Of the logits.
        history: A dict per epoch.
        out: Folder of the run.
        class_prior: `(classes,)`, shares of the classes for which the
            calibrated probabilities hold.
    """
    space = labels.get(LABEL_SPACE)
    name = run_name(out)
    return {
        "name": name,
        "input": {
            "size": config.input_size,
            "channels": "RGB",
            "range": [0, 255],
        },
        "crop": {"margin": 0.0, "interpolation": "area"},
        "sampling": {"window": 1, "rate_hz": None},
        "outputs": {
            "expression": {
                "kind": "probabilities",
                "range": [0, 1],
                "label_space": space.name,
                "classes": list(space.classes),
                "class_prior": [round(float(p), 6) for p in class_prior],
            }
        },
        "licence": LICENCE,
        "provenance": {
            "summary": SUMMARY,
            "data": DATA,
            "training": TRAINING,
            "limits": LIMITS,
            "train_command": "\n    ".join(train_commands(NAME, config, out)),
            "evaluate_command": (
                f"emoaff evaluate {shlex.quote(f'runs/{name}')} --dataset "
                f"{config.dataset} --split validation --data-dir data"
            ),
            **publishing.describe_calibration(calibration),
            "settings": portable_settings(config),
            "history": history,
        },
    }
