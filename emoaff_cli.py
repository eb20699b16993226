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
        _add_recipes,
        _add_train,
        _add_evaluate,
        _add_crossval,
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
        "--manual-dir",
        metavar="DIR",
        help="your copy; not for a corpus that is drawn",
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


def _add_recipes(commands):
    command = commands.add_parser(
        "recipes", help="what can be trained, or all about one"
    )
    command.add_argument("name", nargs="?", metavar="NAME")
    command.set_defaults(run=_recipes)


def _recipes(args):
    import inspect

    from emoaff import recipes

    if args.name:
        print(inspect.getdoc(recipes.load(args.name)))
        return
    for name in recipes.names():
        print(f"{name}  {inspect.getdoc(recipes.load(name)).splitlines()[0]}")


def _add_train(commands):
    command = commands.add_parser("train", help="train a recipe")
    command.add_argument("recipe", metavar="RECIPE")
    command.add_argument("--data-dir", required=True, metavar="DIR")
    command.add_argument(
        "--out", required=True, metavar="RUN", help="folder of the run"
    )
    _add_settings(command)
    command.add_argument(
        "--resume", action="store_true", help="go on with the run in --out"
    )
    _add_devices(command)
    command.set_defaults(run=_train)


def _add_settings(command):
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a setting of the recipe; may be given several times",
    )


def _add_devices(command):
    command.add_argument(
        "--strategy",
        choices=("none", "mirrored", "multiworker"),
        default="none",
        help="one device, all of this machine, or all machines that TF_CONFIG "
        "names; default: %(default)s",
    )
    command.add_argument(
        "--xla", action="store_true", help="compile each step with XLA"
    )


def _train(args):
    from emoaff.train import train

    print(
        train(
            args.recipe,
            args.data_dir,
            args.out,
            _overrides(args.set),
            args.resume,
            args.strategy,
            args.xla,
        )
    )


def _overrides(texts):
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise ValueError(f"Expected --set NAME=VALUE. Received: {wrong[0]}.")
    return dict(text.split("=", 1) for text in texts)


def _add_crossval(commands):
    command = commands.add_parser(
        "crossval",
        help="train a recipe several times, scored on what it never saw",
        description="Each fold is a run of its own; called again, it goes on.",
    )
    command.add_argument("recipe", metavar="RECIPE")
    command.add_argument(
        "--protocol",
        required=True,
        choices=("leave-one-corpus-out", "leave-one-subject-out", "k-fold"),
    )
    command.add_argument("--data-dir", required=True, metavar="DIR")
    command.add_argument(
        "--out", required=True, metavar="DIR", help="folder of all runs"
    )
    command.add_argument(
        "--datasets",
        nargs="+",
        metavar="CORPUS",
        help="the corpora; default: the recipe's own",
    )
    command.add_argument(
        "--folds",
        type=_positive,
        default=5,
        metavar="K",
        help="for k-fold; default: %(default)s",
    )
    _add_settings(command)
    command.set_defaults(run=_crossval)


def _crossval(args):
    from emoaff.crossval import crossval

    crossval(
        args.recipe,
        args.protocol,
        args.data_dir,
        args.out,
        args.datasets,
        args.folds,
        _overrides(args.set),
    )


def _add_evaluate(commands):
    command = commands.add_parser(
        "evaluate",
        help="score a preset on a corpus",
        description="Scores a preset over whole recordings, with intervals.",
    )
    command.add_argument(
        "model", metavar="PRESET|FOLDER", help="a preset, or the --out of a run"
    )
    command.add_argument("--dataset", required=True, metavar="NAME")
    command.add_argument("--split", required=True, metavar="SPLIT")
    command.add_argument(
        "--data-dir",
        default="data",
        metavar="DIR",
        help="where it was built; default: %(default)s",
    )
    command.add_argument(
        "--json", metavar="FILE", help="write all scores there, too"
    )
    command.add_argument(
        "--markdown", metavar="FILE", help="write the scores there, too"
    )
    command.add_argument(
        "--recordings",
        action="store_true",
        help="print the scores of each recording and person as well",
    )
    fitting = command.add_mutually_exclusive_group()
    fitting.add_argument(
        "--postprocess",
        metavar="FILE",
        help="apply what --fit-postprocess wrote to valence and arousal",
    )
    fitting.add_argument(
        "--fit-postprocess",
        metavar="FILE",
        help="tune post-processing on this split, a validation split",
    )
    command.add_argument(
        "--stride",
        type=_positive,
        metavar="N",
        help="frames from one window to the next; default: half a window",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="of the intervals; default: %(default)s",
    )
    command.set_defaults(run=_evaluate)


def _evaluate(args):
    from emoaff import results
    from emoaff.evaluate import evaluate
    from emoaff.evaluate import require_split_to_fit_on
    from emoaff.experiments.frame_features import preset_of
    from emoaff.presets import load_preset
    from emoaff.scoring import Bootstrap

    if args.fit_postprocess:
        require_split_to_fit_on(args.split)
    evaluation = evaluate(
        load_preset(preset_of(args.model)),
        args.dataset,
        args.split,
        args.data_dir,
        stride=args.stride,
        postprocess=args.postprocess,
        bootstrap=Bootstrap(seed=args.seed),
    )
    print(evaluation.to_text(args.recordings))
    if args.json:
        results.write_header(args.json, evaluation.to_dict())
    if args.markdown:
        with results.renamed(args.markdown) as half:
            half.write_text(evaluation.to_markdown(args.recordings), "utf-8")
    if args.fit_postprocess:
        chain = evaluation.fit_postprocess()
        chain.save(args.fit_postprocess)
        print(chain.describe())


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
