"""`emoaff predict`."""

import argparse

from emoaff_cli.arguments import PRIOR_HELP
from emoaff_cli.arguments import complain
from emoaff_cli.arguments import positive
from emoaff_cli.arguments import silence_startup

DEFAULT_PRESET = "compact_ferplus"
_SYSTEMS = ("emoaff", "emo-affectnet")
_FORMATS = (
    "csv, csv-long, events, parquet, json, elan, praat, srt, emo-affectnet"
)
# Options of `emoaff.prediction.options.Options`.
PREDICT_OPTIONS = {
    "--faces": {
        "dest": "faces",
        "choices": ("all", "largest", "best", "lowest"),
        "help": "which faces of each frame, by size or the detector's score; "
        "default: all",
    },
    "--every": {
        "dest": "every",
        "type": positive,
        "metavar": "N",
        "help": "look at every N-th frame only; default: 1",
    },
    "--live": {
        "dest": "live",
        "action": "store_true",
        "help": "let no row use later frames, as with a webcam",
    },
    "--run-mode": {
        "dest": "temporal",
        "choices": ("auto", "window", "streaming", "static"),
        "help": "how a model with a memory is run: by windows, whose answers "
        "are averaged, or frame by frame; default: auto, as it was trained",
    },
    "--gap": {
        "dest": "gap_s",
        "type": float,
        "metavar": "SECONDS",
        "help": "a memory begins anew after so long without the person; "
        "default: 1",
    },
    "--rate": {
        "dest": "rate_hz",
        "type": float,
        "metavar": "HZ",
        "help": "samples a second for a memory, inf for all frames; default: "
        "the preset's",
    },
    "--stride": {
        "dest": "stride",
        "type": positive,
        "metavar": "N",
        "help": "samples from one window to the next; default: the preset's, "
        "or half a window",
    },
    "--detection": {
        "dest": "detection",
        "choices": ("track", "sampled", "every"),
        "help": "follow people, or take one face of each sampled or of every "
        "frame; default: track",
    },
    "--min-score": {
        "dest": "min_score",
        "type": float,
        "metavar": "SCORE",
        "help": "use faces with a score over it, 0 to 1; default: 0, all found",
    },
    "--min-face": {
        "dest": "min_face",
        "type": float,
        "metavar": "PIXELS",
        "help": "look for faces down to this size, at a price in time; "
        "default: 3.8%% of a video's longer side, 0.94%% of a picture's",
    },
    "--crops": {
        "dest": "crops",
        "action": "store_true",
        "help": "pictures are face crops already (48x48 or larger): look for "
        "no face in them",
    },
    "--crop": {
        "dest": "crop_shape",
        "choices": ("square", "stretch"),
        "help": "a square about the box, or the box itself out of shape; "
        "default: the preset's",
    },
    "--resize-filter": {
        "dest": "interpolation",
        "choices": ("area", "bilinear", "bicubic", "nearest"),
        "help": "how face crops are resized; default: the preset's",
    },
    "--sample-from": {
        "dest": "thinning",
        "choices": ("person", "script"),
        "help": "count samples from each person's first frame (person) or from "
        "the video's first frame (script); default: person",
    },
    "--windows": {
        "dest": "windows",
        "choices": ("script", "notebook"),
        "help": "two windows of 6 to 10 samples, or one; default: script",
    },
    "--before-first-face": {
        "dest": "lead",
        "choices": ("empty", "absent", "first"),
        "help": "rows before a person's first face, in the emo-affectnet "
        "format: left empty, left out (absent) or given the first answer; "
        "default: empty",
    },
    "--label": {
        "dest": "label",
        "choices": ("mode", "sum"),
        "help": "name the video by most windows or by the sum of "
        "probabilities; default: mode",
    },
    "--always-answer": {
        "dest": "doubt",
        "action": "store_false",
        "help": "name an expression in doubtful rows too: small, blurred or "
        "turned faces, low confidence",
    },
    "--baseline": {
        "dest": "baseline",
        "metavar": "SECONDS|FILE",
        "help": "subtract each person's resting face: their first seconds, or "
        "a video or picture of it",
    },
    "--identity": {
        "dest": "identity",
        "choices": ("none", "appearance", "faces"),
        "help": "how a person who was gone is known again: not at all, by "
        "colours, or by the face; recognising people may be regulated where "
        "you are; default: faces, with --live appearance",
    },
    "--people": {
        "dest": "people",
        "metavar": "FOLDER",
        "help": "name people whose faces are in this folder: anna.jpg, "
        "anna_2.jpg; ask those people, and mind the law, first",
    },
    "--prior": {
        "dest": "prior",
        "metavar": "PRIOR",
        "help": PRIOR_HELP,
    },
    "--engine": {
        "dest": "engine",
        "choices": ("auto", "litert", "keras"),
        "help": "what runs the networks: litert, without TensorFlow, for "
        "shipped presets; keras for every preset; default: auto, litert "
        "where it can",
    },
    "--affect": {
        "dest": "affect",
        "choices": ("model", "derived"),
        "help": "derive valence and arousal from the expressions where the "
        "model gives none; default: model",
    },
}
# What options were called before; they still work, and help does not list them.
_OLD_NAMES = {
    "--filter": "--resize-filter",
    "--lead": "--before-first-face",
    "--temporal": "--run-mode",
    "--thinning": "--sample-from",
    "--valence": "--affect",
}


def add_predict(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "predict",
        help="expressions of the people in videos and pictures",
        description="Writes one table per video or picture: a row per frame "
        "and person.",
    )
    command.add_argument("inputs", nargs="+", metavar="VIDEO|PICTURE|FOLDER")
    command.add_argument(
        "--model",
        default=DEFAULT_PRESET,
        metavar="PRESET|FOLDER",
        help="a preset, or the --out of a run; default: %(default)s",
    )
    command.add_argument(
        "--out", default="out", metavar="DIR", help="default: %(default)s"
    )
    command.add_argument(
        "--overwrite",
        action="store_true",
        help="let results replace files that emoaff did not write; without "
        "it they get another name",
    )
    command.add_argument(
        "--jobs",
        type=positive,
        default=1,
        metavar="N",
        help="work on so many files at once, each in a process of its own; "
        "default: %(default)s",
    )
    command.add_argument(
        "--skip-done",
        action="store_true",
        help="keep results that are finished, if file, model and options are "
        "still the same, such as after an interruption",
    )
    command.add_argument(
        "--beam-options",
        metavar="OPTIONS",
        help="let Apache Beam do the work, with these options of a pipeline",
    )
    command.add_argument(
        "--annotate",
        action="store_true",
        help="write the video with boxes and expressions, too",
    )
    command.add_argument(
        "--report",
        action="store_true",
        help="write a page to look at, too: timelines, events, faces",
    )
    command.add_argument(
        "--style",
        choices=_SYSTEMS,
        help="how --annotate draws; default: that of --rules, else emoaff",
    )
    command.add_argument(
        "--format",
        metavar="FORMAT[,FORMAT]",
        help=f"tables to write: {_FORMATS}; there is always a csv; default: "
        "that of --rules, else csv",
    )
    command.add_argument(
        "--columns",
        metavar="NAME[,NAME]",
        help="columns of csv, parquet and json, in this order; default: all",
    )
    command.add_argument(
        "--decimals",
        type=int,
        metavar="N",
        help="digits after the point in tables; default: 4, or all where a "
        "format keeps numbers",
    )
    talk = command.add_mutually_exclusive_group()
    talk.add_argument(
        "--quiet",
        dest="talk",
        action="store_const",
        const="quiet",
        help="print nothing but mistakes",
    )
    talk.add_argument(
        "--json",
        dest="talk",
        action="store_const",
        const="json",
        help="print a line of JSON a file, for other programs",
    )
    command.add_argument(
        "--sequence",
        type=float,
        metavar="HZ",
        help="each folder given holds the frames of one video, so many a "
        "second: they are joined, without loss, as --out/FOLDER.mkv first",
    )
    command.add_argument(
        "--rules",
        choices=_SYSTEMS[1:],
        help="do all that follows as that system; what you give still holds",
    )
    for name, settings in PREDICT_OPTIONS.items():
        # Those not given are absent, so that --rules can say them.
        command.add_argument(name, default=argparse.SUPPRESS, **settings)
    for old, name in _OLD_NAMES.items():
        settings = {**PREDICT_OPTIONS[name], "help": argparse.SUPPRESS}
        command.add_argument(old, default=argparse.SUPPRESS, **settings)
    command.set_defaults(run=_run_predict, needs_keras=False)


def _run_predict(args):
    import cv2

    from emoaff.prediction.files import predict_files
    from emoaff.prediction.options import Options
    from emoaff.prediction.resting_face import read_setting
    from emoaff.presets import load_preset

    given = {
        settings["dest"]: getattr(args, settings["dest"])
        for settings in PREDICT_OPTIONS.values()
        if hasattr(args, settings["dest"])
    }
    if "baseline" in given:
        given["baseline"] = read_setting(given["baseline"])
    options = Options.of_rules(args.rules, **given)
    # Reading, following and answering run at once and fill the cores, so
    # threads inside of each step cost more than they bring.
    cv2.setNumThreads(1)
    own = args.rules or "emoaff"
    with silence_startup():
        preset = load_preset(args.model, options.engine)
    inputs = args.inputs
    if args.sequence is not None:
        inputs = _join_folders(inputs, args.out, args.sequence)
    failures = predict_files(
        inputs,
        preset,
        args.out,
        options,
        annotated=(args.style or own) if args.annotate else None,
        form=args.format or own,
        overwrite=args.overwrite,
        page=args.report,
        decimals=args.decimals,
        columns=args.columns.split(",") if args.columns else (),
        talk=args.talk or "text",
        jobs=args.jobs,
        skip_done=args.skip_done,
        beam_options=args.beam_options,
    )
    for failure in failures:
        complain(failure.reason)
    return 2 if failures else 0


def _join_folders(inputs, out, rate_hz):
    """Makes a video of each folder of frames; other inputs stay."""
    import pathlib

    from emoaff.faces import join_pictures

    joined, out = [], pathlib.Path(out)
    for given in map(pathlib.Path, inputs):
        if not given.is_dir():
            joined.append(given)
            continue
        out.mkdir(parents=True, exist_ok=True)
        video = out / f"{given.resolve().name}.mkv"
        if video in joined:
            raise ValueError(
                "Expected folders of different names with --sequence. "
                f"Received: {given.name} twice."
            )
        join_pictures(given, video, rate_hz)
        joined.append(video)
    return joined
