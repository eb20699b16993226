"""EMO-AffectNet's way of working through a video against ours.

    python benchmarks/emo_affectnet.py VIDEO [--model PRESET]

Both run here, with the same networks and weights and with our detector in
place of theirs, each in a process of its own:

- `original`: the detector on every frame, though every fifth or so is used; all
  faces of the video through the image model as one batch; all windows at once.
- `emoaff --rules emo-affectnet`: the same frames, faces, crops and windows.
- `emoaff --faces largest`: ours, which follows one person.

`--model` is a preset of the LSTM; without it the true networks with random
weights are used. Times leave out loading the presets. Differences are of the
frames' probabilities.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import keras
import numpy as np

import emoaff
from emoaff import presets
from emoaff.data.thinning import thinned_frames
from emoaff.data.window_votes import sample_windows
from emoaff.data.window_votes import spread_windows_to_frames
from emoaff.faces import FaceDetector
from emoaff.faces import Video
from emoaff.faces import crop_face
from emoaff.presets.sequence_model import sequence_model

_OURS = {
    "emoaff --rules emo-affectnet": {"rules": "emo-affectnet"},
    "emoaff --faces largest": {"faces": "largest"},
}
_ORIGINAL = "original"


def main() -> None:
    """Prints the table."""
    args = _arguments()
    if args.system:
        _run(args.system, args.video, args.model, args.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        model = args.model or _save_random_presets(folder)
        weights = "given" if args.model else "random"
        print(f"{args.video.name}, {weights} weights")
        print(f"{'system':30}{'s':>7}{'CPU s':>7}{'MiB':>6}{'difference':>11}")
        known = None
        for number, system in enumerate((_ORIGINAL, *_OURS)):
            out = folder / f"{number}.npy"
            found = _measured(system, args.video, model, out)
            values = np.load(out)
            known = values if known is None else known
            _print(system, found, np.abs(values - known))


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=pathlib.Path)
    parser.add_argument("--model", metavar="PRESET")
    parser.add_argument("--system", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(system, video, model, out):
    """Runs one system in a process of its own, for its peak of memory."""
    command = [sys.executable, __file__, str(video), "--model", str(model)]
    command += ["--system", system, "--out", str(out)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _run(system, video, model, out):
    preset = emoaff.load_preset(model)
    sequence_model(preset)
    began, computed = time.perf_counter(), time.process_time()
    if system == _ORIGINAL:
        values = _run_as_original(video, preset)
    else:
        options = _OURS[system]
        missing = np.full(len(preset.labels), np.nan)
        values = [
            missing if row.probabilities is None else row.probabilities
            for row in emoaff.predict_video(video, preset, **options)
        ]
    found = {
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - computed,
    }
    np.save(out, np.asarray(values, np.float64))
    used = resource.getrusage(resource.RUSAGE_SELF)
    found["peak"] = used.ru_maxrss / 1024  # of the whole process
    print(json.dumps(found))


def _run_as_original(path, preset):
    """The steps of its `run.py`: collect all faces, then compute all."""
    detector, crops, places, count = FaceDetector(), {}, None, 0
    with Video(path) as video:
        rate = video.average_fps
        for frame in video:
            count += 1
            for face in detector.detect(frame.image):
                # By falling score, so the lowest one stays.
                if face.score > 0.7:
                    crops[frame.index] = crop_face(
                        frame.image, face.box, 0, preset.size, "area", "stretch"
                    )
    places = [p for p in thinned_frames(count, rate) if p in crops]
    if not places:
        return np.full((count, len(preset.labels)), np.nan)
    model = sequence_model(preset)
    faces = np.stack([crops[place] for place in places])
    features = model.encoder.predict_on_batch(faces)
    windows = sample_windows(len(places), preset.window, 5)
    answers = model.answer(features[windows])["expression"]
    return spread_windows_to_frames(windows, np.array(places), answers, count)


def _save_random_presets(folder):
    """Presets of the two true networks; with weights that tell faces apart."""
    keras.utils.set_random_seed(0)
    space = emoaff.labels.get("emo_affectnet")
    shared = {
        "crop": {"margin": 0.0, "interpolation": "area", "shape": "stretch"},
        "outputs": {
            "expression": {
                "kind": "probabilities",
                "range": [0, 1],
                "label_space": space.name,
                "classes": list(space.classes),
            }
        },
    }
    still = emoaff.models.build_emo_affectnet_backbone()
    still = keras.Model(still.input, {"expression": still.output})
    picture = {"size": 224, "channels": "RGB", "range": [0, 255]}
    config = {"name": "static", "input": picture, **shared}
    presets.save_preset(still, folder / "static", config, "float32")
    memory = emoaff.models.build_emo_affectnet_lstm()
    for weight in memory.weights:
        if "kernel" in weight.path:
            weight.assign(3 * weight)
    memory = keras.Model(memory.input, {"expression": memory.output})
    source = {"kind": "features", "features_from": "static", "size": 224}
    sampling = {"window": 10, "rate_hz": 5, "stride": 5}
    config = {"name": "lstm", "input": source, "sampling": sampling, **shared}
    return presets.save_preset(memory, folder / "lstm", config, "float32")


def _print(system, found, difference):
    both = difference[~np.isnan(difference)]
    largest = f"{both.max():.1e}" if len(both) else "n/a"
    print(
        f"{system:30}{found['seconds']:7.1f}{found['cpu']:7.1f}"
        f"{found['peak']:6.0f}{largest:>11}",
        flush=True,
    )


if __name__ == "__main__":
    main()
