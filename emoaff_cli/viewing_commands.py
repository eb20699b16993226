"""`emoaff report`, `emoaff live` and `emoaff app`: for people who look."""

import argparse

from emoaff_cli.arguments import complain
from emoaff_cli.arguments import sentence
from emoaff_cli.arguments import silence_startup
from emoaff_cli.media_commands import DEFAULT_PRESET
from emoaff_cli.media_commands import PREDICT_OPTIONS


def add_report(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "report",
        help="a page to look at, made of a result",
        description="Writes one HTML file per result of `emoaff predict`, "
        "which needs no network; of a folder also one that compares them.",
    )
    command.add_argument("result", metavar="RESULT|FOLDER")
    command.add_argument(
        "--video",
        metavar="FILE|FOLDER",
        help="the video of the result, or the folder with those of a folder: "
        "for pictures of faces, and to play where the timeline is clicked",
    )
    command.add_argument(
        "--out",
        metavar="FILE|DIR",
        help="default: beside the result, with .html",
    )
    command.add_argument(
        "--overwrite",
        action="store_true",
        help="replace files that emoaff did not write",
    )
    command.set_defaults(run=_run_report, needs_keras=False)


def _run_report(args):
    from emoaff.prediction.files import print_line
    from emoaff.prediction.reports import write_reports
    from emoaff.progress import escape_unprintable

    errors = []
    pages = write_reports(
        args.result, args.out, args.video, args.overwrite, errors.append
    )
    for page in pages:
        print_line(escape_unprintable(str(page)))
    for error in errors:
        complain(sentence(error))
    return 2 if errors else 0


# Options of `predict` that make sense while one watches.
_LIVE_OPTIONS = (
    "--faces",
    "--min-score",
    "--min-face",
    "--always-answer",
    "--baseline",
    "--prior",
    "--engine",
    "--affect",
)


def add_live(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "live",
        help="expressions as they happen: camera, stream or file",
        description="Shows a window with faces and what they show. Keys: q "
        "ends, s saves the picture, r starts and ends a recording.",
    )
    command.add_argument(
        "--camera",
        default="0",
        metavar="NUMBER|FILE|URL",
        help="a camera, a file at its own pace, or an RTSP or HTTP stream; "
        "default: 0",
    )
    command.add_argument(
        "--model",
        default=DEFAULT_PRESET,
        metavar="PRESET|FOLDER",
        help="a preset, or the --out of a run; default: %(default)s",
    )
    command.add_argument(
        "--no-window",
        action="store_true",
        help="print one line of JSON a row instead, for other programs",
    )
    command.add_argument(
        "--record",
        action="store_true",
        help="record video and rows from the beginning",
    )
    command.add_argument(
        "--seconds",
        type=float,
        default=float("inf"),
        metavar="N",
        help="end after so long; default: when the source ends, or by q or "
        "Ctrl-C",
    )
    command.add_argument(
        "--out",
        default="out",
        metavar="DIR",
        help="folder for pictures and recordings; default: %(default)s",
    )
    for name in _LIVE_OPTIONS:
        command.add_argument(
            name, default=argparse.SUPPRESS, **PREDICT_OPTIONS[name]
        )
    command.set_defaults(run=_run_live, needs_keras=False)


def _run_live(args):
    import functools

    from emoaff.prediction.live import run_live
    from emoaff.prediction.resting_face import read_setting
    from emoaff.presets import load_preset

    given = {
        PREDICT_OPTIONS[name]["dest"]: getattr(
            args, PREDICT_OPTIONS[name]["dest"]
        )
        for name in _LIVE_OPTIONS
        if hasattr(args, PREDICT_OPTIONS[name]["dest"])
    }
    if "baseline" in given:
        given["baseline"] = read_setting(given["baseline"])
    with silence_startup():
        preset = load_preset(args.model, given.get("engine", "auto"))
    done = run_live(
        preset,
        args.camera,
        window=not args.no_window,
        out=args.out,
        record=args.record,
        seconds=args.seconds,
        # Who reads the lines wants each at once.
        write_line=functools.partial(print, flush=True),
        **given,
    )
    if not args.no_window:
        print(
            f"{done['shown']} pictures shown in {done['seconds']:.1f} s, "
            f"{done['dropped']} dropped, {done['latency_s'] * 1000:.0f} ms late"
        )
        for path in done["files"]:
            print(path)


def add_app(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "app",
        help="a local web page, and an HTTP API",
        description="Serves a page that takes videos, pictures and the webcam. "
        "It needs no network. Its files are removed after a time, and when it "
        'ends. pip install "emoaff[app]" for it.',
    )
    command.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on; any but the default lets others in; "
        "default: %(default)s",
    )
    command.add_argument(
        "--port",
        type=int,
        default=8765,
        metavar="N",
        help="0 for any that is free; default: %(default)s",
    )
    command.add_argument(
        "--model",
        default=DEFAULT_PRESET,
        metavar="PRESET|FOLDER",
        help="the first choice on the page; default: %(default)s",
    )
    for name, metavar, what in (
        ("--max-mb", "MB", "largest file; default: 500"),
        ("--max-minutes", "MINUTES", "longest video; default: 10"),
        (
            "--keep-minutes",
            "MINUTES",
            "remove files and results after so long; default: 60",
        ),
    ):
        command.add_argument(name, type=float, metavar=metavar, help=what)
    command.set_defaults(run=_run_app, needs_keras=False)


def _run_app(args):
    import functools

    from emoaff.app import Limits
    from emoaff.app import run_app

    given = {
        "file_mb": args.max_mb,
        "length_s": args.max_minutes and 60 * args.max_minutes,
        "keep_s": args.keep_minutes and 60 * args.keep_minutes,
    }
    limits = Limits(**{k: v for k, v in given.items() if v is not None})
    say = functools.partial(print, flush=True)
    run_app(args.host, args.port, args.model, limits, say)
