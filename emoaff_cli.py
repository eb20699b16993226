"""The `emoaff` command.

A module beside the package, because `import emoaff` loads TensorFlow: each
command imports what it needs, so `--help` answers at once.
"""

import argparse
import contextlib
import os
import sys

_DESCRIPTION = "Emotions of the people in videos and pictures."
_DEFAULT_PRESET = "compact_ferplus"


def main(argv: list[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: The arguments. Defaults to `sys.argv[1:]`.

    Returns:
        The exit status: 0, 2 for a mistake the user can mend, 130 when
        interrupted.
    """
    args = _parser().parse_args(argv)
    try:
        with _without_chatter():
            import emoaff  # noqa: F401
        return args.run(args) or 0
    except (ValueError, OSError, ImportError) as error:
        if args.debug:
            raise
        _complain(_sentence(error))
        return 2
    except KeyboardInterrupt:
        _complain("stopped; results already finished are kept.")
        return 130


@contextlib.contextmanager
def _without_chatter():
    """Silences TensorFlow's start-up, which writes past Python's streams.

    Only the command does this, never a program that imports emoaff.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emoaff", description=_DESCRIPTION)
    parser.add_argument("--version", action=_Version)
    parser.add_argument(
        "--debug", action="store_true", help="show tracebacks of errors"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_predict,
        _add_models,
        _add_corpora,
        _add_prepare,
        _add_train,
        _add_evaluate,
    ):
        add(commands)
    return parser


class _Version(argparse.Action):
    """Prints the installed version; reads it only when asked."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, nargs=0, help="print the version", **kwargs)

    def __call__(self, parser, namespace, values, option_string=None):
        from importlib import metadata

        print(f"emoaff {metadata.version('emoaff')}")
        parser.exit()


def _add_predict(commands):
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
        type=_positive,
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
        _complain(failure.reason)
    return 2 if failures else 0


def _add_models(commands):
    command = commands.add_parser(
        "models", help="the presets, or the card of one"
    )
    command.add_argument("name", nargs="?", metavar="NAME|FOLDER")
    command.set_defaults(run=_models)


def _models(args):
    from emoaff import presets

    if args.name:
        path = presets.find(args.name) / presets.CARD
        print(path.read_text("utf-8"))
        return
    for name in presets.names():
        config = presets.read_config(name)
        scores = config.get("scores", {})
        size = presets.find(name) / config["weights"]["file"]
        print(
            f"{name}  {size.stat().st_size / 1e6:.1f} MB, accuracy "
            f"{scores.get('accuracy', float('nan')):.3f}, UAR "
            f"{scores.get('uar', float('nan')):.3f} on "
            f"{scores.get('dataset')} {scores.get('split')}"
        )


def _add_corpora(commands):
    command = commands.add_parser(
        "corpora", help="the corpora, or what one must look like on disk"
    )
    command.add_argument("name", nargs="?", metavar="NAME")
    command.set_defaults(run=_corpora)


def _corpora(args):
    from emoaff import corpora

    if args.name:
        print(corpora.instructions(args.name))
        return
    for name in corpora.names():
        print(name)


def _add_prepare(commands):
    command = commands.add_parser(
        "prepare", help="build a corpus from your own copy of it"
    )
    command.add_argument("corpus", metavar="CORPUS")
    command.add_argument(
        "--manual-dir", required=True, metavar="DIR", help="your copy"
    )
    command.add_argument(
        "--data-dir", required=True, metavar="DIR", help="where it is built"
    )
    command.set_defaults(run=_prepare)


def _prepare(args):
    from emoaff import corpora

    built = corpora.prepare(
        args.corpus,
        args.manual_dir,
        args.data_dir,
        progress_bar=sys.stderr.isatty(),
    )
    for name, split in built.info.splits.items():
        print(f"{name}: {split.num_examples} examples")
    print(built.data_dir)


def _add_train(commands):
    command = commands.add_parser("train", help="train a recipe")
    command.add_argument("recipe", metavar="RECIPE")
    command.add_argument("--data-dir", required=True, metavar="DIR")
    command.add_argument(
        "--out", required=True, metavar="RUN", help="folder of the run"
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the recipe; may be given several times",
    )
    command.add_argument(
        "--resume", action="store_true", help="go on with the run in --out"
    )
    command.set_defaults(run=_train)


def _train(args):
    from emoaff.train import train

    wrong = [text for text in args.set if "=" not in text]
    if wrong:
        raise ValueError(f"Expected --set NAME=VALUE. Received: {wrong[0]}.")
    overrides = dict(text.split("=", 1) for text in args.set)
    print(train(args.recipe, args.data_dir, args.out, overrides, args.resume))


def _add_evaluate(commands):
    command = commands.add_parser("evaluate", help="score a preset on a corpus")
    command.add_argument("model", metavar="PRESET|FOLDER")
    command.add_argument("--dataset", required=True, metavar="NAME")
    command.add_argument("--split", required=True, metavar="SPLIT")
    command.add_argument(
        "--data-dir",
        default="data",
        metavar="DIR",
        help="where it was built; default: %(default)s",
    )
    command.add_argument(
        "--json", metavar="FILE", help="write the scores there, too"
    )
    command.set_defaults(run=_evaluate)


def _evaluate(args):
    import dataclasses

    from emoaff import results
    from emoaff.evaluate import evaluate
    from emoaff.presets import load_preset

    scores = evaluate(
        load_preset(args.model), args.dataset, args.split, args.data_dir
    )
    print(scores.to_text())
    if args.json:
        results.write_header(args.json, dataclasses.asdict(scores))


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected 1 or more")
    return number


def _sentence(error):
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return " ".join(str(error).split())


def _complain(text):
    print(f"emoaff: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
