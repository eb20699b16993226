"""`emoaff export`."""

import argparse

from emoaff_cli.arguments import PRIOR_HELP

_DESCRIPTION = (
    "Writes a preset for another runtime, runs the file there, compares it "
    "with the preset, and keeps it if it is the same model."
)
_SUFFIXES = {
    "savedmodel": "_saved_model",
    "onnx": ".onnx",
    "litert": ".tflite",
    "tflite": ".tflite",  # what LiteRT was called
}


def add_export(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "export",
        help="a preset as SavedModel, ONNX or LiteRT file",
        description=_DESCRIPTION,
    )
    command.add_argument(
        "model", metavar="PRESET|FOLDER", help="a preset, or the --out of a run"
    )
    command.add_argument(
        "--to",
        metavar="TARGET",
        help="savedmodel, onnx or litert; default: as --out ends",
    )
    command.add_argument(
        "--form",
        default="auto",
        metavar="FORM",
        help="static, sequence, window or streaming (one frame and a memory); "
        "default: static for models of pictures, else streaming",
    )
    command.add_argument(
        "--frames",
        type=int,
        metavar="N",
        help="frames of a clip in the form sequence; default: any",
    )
    command.add_argument(
        "--batch",
        type=_batch,
        metavar="N|dynamic",
        help="faces, clips or people at once; default: dynamic, 1 for litert",
    )
    command.add_argument(
        "--quantize",
        metavar="PRECISION",
        help="float16, dynamic (weights in 8 bits) or int8; default: float32",
    )
    command.add_argument(
        "--calibration",
        metavar="FOLDER|CORPUS",
        help="face crops for int8, and to check the file with: a folder of "
        "pictures, or a built corpus, which also shows what int8 costs",
    )
    command.add_argument(
        "--data-dir",
        default="data",
        metavar="DIR",
        help="where the corpus was built; default: %(default)s",
    )
    command.add_argument(
        "--split",
        default="train",
        metavar="SPLIT",
        help="of the corpus, to calibrate with; default: %(default)s",
    )
    command.add_argument(
        "--score-split",
        default="validation",
        metavar="SPLIT",
        help="of the corpus, to score on; default: %(default)s",
    )
    command.add_argument("--prior", metavar="PRIOR", help=PRIOR_HELP)
    command.add_argument(
        "--tolerance",
        type=float,
        metavar="X",
        help="largest difference to allow; default: that of the precision",
    )
    command.add_argument(
        "--out", metavar="FILE", help="default: the preset's or the run's name"
    )
    command.add_argument(
        "--overwrite",
        action="store_true",
        help="replace a file of the default name",
    )
    command.set_defaults(run=_run_export)


def _batch(text):
    if text == "dynamic":
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "expected a number or dynamic"
        ) from None


def _name(model):
    """The preset's name; that of a run is called as the run."""
    import pathlib

    path = pathlib.Path(model).resolve()
    return path.parent.name if path.name == "preset" else path.name


def _run_export(args):
    import pathlib

    from emoaff import corpora
    from emoaff.evaluation.export_cost import score_before_and_after
    from emoaff.exporting import export
    from emoaff.exporting import faces
    from emoaff.exporting.sources import read_source

    out = args.out
    if out is None and args.to in _SUFFIXES:
        out = pathlib.Path(_name(args.model) + _SUFFIXES[args.to])
        if out.exists() and not args.overwrite:
            raise ValueError(
                f"{out}: expected a free name for the exported file. There is "
                "one already. Name another with --out, or --overwrite."
            )
    elif out is None:
        raise ValueError(
            "Expected --to savedmodel, --to onnx or --to litert, or a file to "
            f"write with --out. Received: --to {args.to}."
        )
    calibration = args.calibration
    corpus = None
    if calibration and not pathlib.Path(calibration).is_dir():
        name = calibration.partition("/")[0].partition("+")[0]
        if name in corpora.list_corpora():
            corpus = calibration
            calibration = faces.read_corpus_faces(
                read_source(args.model), corpus, args.split, args.data_dir
            )
    report = export(
        args.model,
        out,
        args.to,
        form=args.form,
        frames=args.frames,
        batch=args.batch,
        quantize=args.quantize,
        calibration=calibration,
        tolerance=args.tolerance,
        prior=args.prior,
    )
    print(report)
    if corpus:
        for line in score_before_and_after(
            args.model,
            report.path,
            corpus,
            args.score_split,
            args.data_dir,
            args.prior,
        ):
            print(line)
