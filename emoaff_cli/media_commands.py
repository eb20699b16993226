"""`emoaff predict` and `emoaff models`."""

from emoaff_cli.arguments import complain
from emoaff_cli.arguments import positive

_DEFAULT_PRESET = "compact_ferplus"


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
        default=_DEFAULT_PRESET,
        metavar="PRESET|FOLDER",
        help="default: %(default)s",
    )
    command.add_argument(
        "--out", default="out", metavar="DIR", help="default: %(default)s"
    )
    command.add_argument(
        "--annotate",
        action="store_true",
        help="write the video with boxes and expressions, too",
    )
    command.add_argument(
        "--faces",
        choices=("all", "largest"),
        default="all",
        help="which faces of each frame; default: %(default)s",
    )
    command.add_argument(
        "--every",
        type=positive,
        default=1,
        metavar="N",
        help="look at every N-th frame only; default: %(default)s",
    )
    command.add_argument(
        "--live",
        action="store_true",
        help="let no row use later frames, as with a webcam",
    )
    command.set_defaults(run=_predict)


def _predict(args):
    from emoaff.predict import Options
    from emoaff.predict_files import predict_files
    from emoaff.presets import load_preset

    failures = predict_files(
        args.inputs,
        load_preset(args.model),
        args.out,
        Options(args.faces, args.every, args.live),
        annotated=args.annotate,
    )
    for failure in failures:
        complain(failure.reason)
    return 2 if failures else 0


def add_models(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "models", help="the presets, or the card of one"
    )
    command.add_argument("name", nargs="?", metavar="NAME|FOLDER")
    command.set_defaults(run=_models)


def _models(args):
    from emoaff import model_card
    from emoaff import presets

    if args.name:
        path = presets.find(args.name) / presets.CARD
        print(path.read_text("utf-8"))
        return
    for name in presets.names():
        config = presets.read_config(name)
        weights = presets.find(name) / config["weights"]["file"]
        size = weights.stat().st_size / 1e6
        print(f"{name}  {size:.1f} MB, {model_card.headline(config)}")
