"""Scores other tools on the same pictures as the shipped preset.

    python -m venv rival && rival/bin/python -m pip install fer
    npm install --prefix rival_npm @vladmandic/face-api @tensorflow/tfjs \
        @tensorflow/tfjs-backend-wasm
    python benchmarks/rivals.py ferplus validation --data-dir data \
        --python rival/bin/python --npm rival_npm

`fer` runs in an environment of its own, which `--python` names, and face-api in
Node.js, from the folder of npm that `--npm` names. All get the same face crops
(so no detector plays a part), then the same video whole. The others know seven
classes, so pictures of contempt are left out and emoaff may not answer it.
Prints a table. Times are of one run, one tool after the other, so they compare
these on this machine and no more; emoaff's of a frame include reading the file
and loading the model, and it follows faces between looks, where the others look
at every frame anew.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

CLASSES = (
    "neutral happiness surprise sadness anger disgust fear".split()
)  # and their names in fer:
_SIDE = 48  # of FER+; those of other corpora are stored in their own size
_FER = "neutral happy surprise sad angry disgust fear".split()
_FACE_API = "neutral happy surprised sad angry disgusted fearful".split()
_CLIP = (
    pathlib.Path(__file__).parents[1] / "examples" / "media" / "astronaut.mp4"
)


def main(argv: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("split")
    parser.add_argument("--data-dir", default="data")
    parser.add_argument("--python", required=True, help="that has fer")
    parser.add_argument("--npm", help="folder in which npm installed face-api")
    parser.add_argument("--clip", default=str(_CLIP))
    parser.add_argument("--pictures", type=int, help="only the first so many")
    args = parser.parse_args(argv)
    faces, labels, frames = read_material(args)
    found = {
        f"emoaff, compact_ferplus on {name}": run_emoaff(
            engine, faces, frames, args.clip
        )
        for name, engine in (("LiteRT", "litert"), ("Keras", "keras"))
    }
    found["fer"] = run_in(args.python, "fer", faces, frames)
    found["fer, with MTCNN"] = run_in(args.python, "fer-mtcnn", None, frames)
    if args.npm:
        found["face-api"] = run_face_api(args.npm, faces, frames)
    print(
        f"{len(faces)} pictures of {args.dataset}, {args.split}; "
        f"{len(frames)} frames of {pathlib.Path(args.clip).name}\n"
    )
    columns = "tool, accuracy, UAR, ms a face, frames with a face, ms a frame"
    print(f"| {columns.replace(', ', ' | ')} |")
    print("|---|---|---|---|---|---|")
    for name, one in found.items():
        print(f"| {name} | " + " | ".join(describe(one, labels)) + " |")


def read_material(args):
    """Faces of seven classes, their labels, and the frames of the clip."""
    from emoaff import corpora
    from emoaff.data.recordings import load_recordings
    from emoaff.data.stored_pictures import stored_pictures
    from emoaff.faces import Video

    recordings = load_recordings(args.dataset, args.split, args.data_dir)
    space = corpora.find_label_space(args.dataset, args.data_dir)
    names = [space.classes[i] if i >= 0 else "" for i in recordings.expression]
    rows = [i for i, name in enumerate(names) if name in CLASSES]
    rows = rows[: args.pictures]
    faces = np.concatenate([*stored_pictures(recordings, _SIDE)])[rows]
    labels = np.array([CLASSES.index(names[row]) for row in rows])
    with Video(args.clip) as video:
        frames = np.stack([frame.image for frame in video])
    return faces, labels, frames


def run_emoaff(engine, faces, frames, clip):
    """Probabilities of the faces, frames with a face, and seconds of both."""
    import emoaff

    preset = emoaff.load_preset("compact_ferplus", engine)
    columns = [preset.labels.classes.index(name) for name in CLASSES]
    preset.predict(faces[:8])  # the first call traces
    began = time.perf_counter()
    answers = preset.predict(faces)["expression"][:, columns]
    per_face = (time.perf_counter() - began) / len(faces)
    began = time.perf_counter()
    rows = emoaff.predict_video(clip, "compact_ferplus", engine=engine)
    seen = {row.frame for row in rows if row.person}
    per_frame = (time.perf_counter() - began) / len(frames)
    return answers, per_face, len(seen), per_frame


def run_in(python, tool, faces, frames):
    """The same of another tool, by this file in the tool's environment."""
    with tempfile.TemporaryDirectory() as folder:
        given, taken = f"{folder}/given.npz", f"{folder}/taken.npz"
        faces = frames[:0] if faces is None else faces
        np.savez(given, faces=faces, frames=frames)
        command = [python, __file__, "--as", tool, given, taken]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with np.load(taken) as found:
            return (found["answers"], *(found[n].item() for n in _NUMBERS))


_NUMBERS = ("per_face", "seen", "per_frame")


def run_face_api(npm, faces, frames):
    """The same of face-api, by `face_api.cjs` beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        given, taken = f"{folder}/given", f"{folder}/taken.json"
        shapes = {"faces": faces.shape, "frames": frames.shape}
        about = json.dumps({**shapes, "classes": _FACE_API})
        pathlib.Path(f"{given}.json").write_text(about, "utf-8")
        faces.tofile(f"{given}.faces")
        frames.tofile(f"{given}.frames")
        script = pathlib.Path(__file__).with_name("face_api.cjs")
        command = ["node", str(script), npm, given, taken]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = json.loads(pathlib.Path(taken).read_text("utf-8"))
    return (np.array(found["answers"]), *(found[n] for n in _NUMBERS))


def run_fer(tool, given, taken):
    """Runs in the rival's environment, which has no emoaff."""
    from fer.fer import FER

    with np.load(given) as found:
        faces, frames = found["faces"], found["frames"]
    detector = FER(mtcnn=tool == "fer-mtcnn")
    answers, per_face = [], float("nan")
    if len(faces):
        began = time.perf_counter()
        for face in faces:
            bgr = np.ascontiguousarray(face[..., ::-1])
            box = (0, 0, face.shape[1], face.shape[0])
            (one,) = detector.detect_emotions(bgr, [box])
            answers.append([one["emotions"][name] for name in _FER])
        per_face = (time.perf_counter() - began) / len(faces)
    began, seen = time.perf_counter(), 0
    for frame in frames:
        bgr = np.ascontiguousarray(frame[..., ::-1])
        seen += bool(detector.detect_emotions(bgr))
    per_frame = (time.perf_counter() - began) / len(frames)
    numbers = dict(zip(_NUMBERS, (per_face, seen, per_frame), strict=True))
    np.savez(taken, answers=np.array(answers), **numbers)


def describe(found, labels):
    """The cells of a tool's row."""
    answers, per_face, seen, per_frame = found
    if not len(answers):
        return ["", "", "", str(seen), f"{1000 * per_frame:.1f}"]
    hit = answers.argmax(-1) == labels
    recalls = [hit[labels == c].mean() for c in np.unique(labels)]
    return [
        f"{hit.mean():.3f}",
        f"{np.mean(recalls):.3f}",
        f"{1000 * per_face:.1f}",
        str(seen),
        f"{1000 * per_frame:.1f}",
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as"]:
        run_fer(*sys.argv[2:])
    else:
        main()
