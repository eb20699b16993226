"""`emoaff evaluate`."""

from emoaff_cli.arguments import PRIOR_HELP
from emoaff_cli.arguments import positive


def add_evaluate(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "evaluate",
        help="score a preset on a corpus",
        description="Scores a preset over whole recordings, with intervals.",
    )
    command.add_argument(
        "model", metavar="PRESET|FOLDER", help="a preset, or the --out of a run"
    )
    command.add_argument(
        "--dataset",
        required=True,
        metavar="NAME",
        help="a built corpus, by its name or its builder's folder",
    )
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
        "--predictions",
        metavar="DIR",
        help="write a table per recording there: labels and every output of "
        "each frame",
    )
    command.add_argument(
        "--predictions-format",
        choices=("csv", "parquet"),
        default="csv",
        help="of these tables; default: %(default)s",
    )
    command.add_argument(
        "--unlabelled",
        action="store_true",
        help="predict a split that may have no labels, and score nothing",
    )
    _add_abaw(command)
    command.add_argument("--prior", metavar="PRIOR", help=PRIOR_HELP)
    command.add_argument(
        "--recordings",
        action="store_true",
        help="print the scores of each recording and person as well",
    )
    command.add_argument(
        "--coverage",
        action="store_true",
        help="how often it is right when it may keep silent, too",
    )
    command.add_argument(
        "--spoiled",
        action="store_true",
        help="score it on darkened, blurred, turned ... pictures, too",
    )
    command.add_argument(
        "--card",
        action="store_true",
        help="write all of it into the preset's config.json and model card",
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
        type=positive,
        metavar="N",
        help="frames from one window to the next; default: half a window",
    )
    command.add_argument(
        "--memory",
        choices=("window", "carried", "both"),
        default="window",
        help="whether a model's memory begins anew in each window, as in "
        "training and in predict, is carried through each recording, or a "
        "table of the scores with either; default: %(default)s",
    )
    command.add_argument(
        "--side-files",
        default="",
        metavar="audio=DIR,...",
        help="of a preset that takes other modalities than faces: a folder "
        "with a file a recording, or a table of all, for each; default: the "
        "files that the corpus was built with",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="of the intervals; default: %(default)s",
    )
    command.set_defaults(run=_run_evaluate)


def _add_abaw(command):
    command.add_argument(
        "--abaw",
        metavar="FILE",
        help="write the predictions as the ABAW competitions take them",
    )
    command.add_argument(
        "--abaw-task",
        choices=("va", "expr", "au"),
        help="valence and arousal, expressions or action units; default: the "
        "only one that the model predicts",
    )
    command.add_argument(
        "--abaw-edition",
        type=positive,
        default=6,
        metavar="N",
        help="number of the competition, 5 or more; default: %(default)s",
    )
    command.add_argument(
        "--abaw-list",
        metavar="FILE",
        help="the organisers' sample: every frame of it is written; default: "
        "every frame up to the last one stored",
    )
    command.add_argument(
        "--abaw-missing",
        choices=("repeat", "marker"),
        default="repeat",
        help="frames without a face get the last prediction before (zeros "
        "where there is none), or -5 and -1; default: %(default)s",
    )


def _write_predictions(args, predicted):
    """Writes what was asked for of the predictions."""
    from emoaff.evaluation import write_abaw

    if args.predictions:
        files = predicted.write(args.predictions, args.predictions_format)
        print(f"{len(files)} tables in {args.predictions}")
    if args.abaw:
        without = write_abaw(
            predicted,
            args.abaw,
            args.abaw_task,
            args.abaw_edition,
            args.abaw_list,
            args.abaw_missing,
        )
        print(f"{args.abaw}: {without} frames without a prediction")


def _predict_unlabelled(args, preset):
    from emoaff.evaluation import predict_corpus

    if not args.predictions and not args.abaw:
        raise ValueError(
            "Expected --predictions or --abaw with --unlabelled, which scores "
            "nothing. Received: neither. Name where to write."
        )
    predicted = predict_corpus(
        preset,
        args.dataset,
        args.split,
        args.data_dir,
        stride=args.stride,
        postprocess=args.postprocess,
        memory="window" if args.memory == "both" else args.memory,
        side_files=args.side_files,
    )
    for name, fact in predicted.facts.items():
        print(f"{name}: {fact}")
    _write_predictions(args, predicted)


def _run_evaluate(args):
    from emoaff.evaluation.coverage import compute_coverage
    from emoaff.evaluation.memory_comparison import compare_memories
    from emoaff.evaluation.preset_scoring import evaluate
    from emoaff.evaluation.preset_scoring import require_split_to_fit_on
    from emoaff.evaluation.robustness import score_robustness
    from emoaff.evaluation.scores import Bootstrap
    from emoaff.prediction import tables
    from emoaff.presets import load_preset
    from emoaff.presets import resolve_preset
    from emoaff.training.card_rewriting import rewrite_card

    if args.fit_postprocess:
        require_split_to_fit_on(args.split)
    preset = load_preset(resolve_preset(args.model)).with_prior(args.prior)
    if args.unlabelled:
        _predict_unlabelled(args, preset)
        return
    if args.card and preset.prior:
        raise ValueError(
            "Expected no --prior with --card, which tells the scores of the "
            f"preset as it is. Received: --prior {args.prior}."
        )
    evaluation = evaluate(
        preset,
        args.dataset,
        args.split,
        args.data_dir,
        stride=args.stride,
        postprocess=args.postprocess,
        bootstrap=Bootstrap(seed=args.seed),
        memory="window" if args.memory == "both" else args.memory,
        side_files=args.side_files,
    )
    print(evaluation.to_text(args.recordings))
    if args.memory == "both":
        table = compare_memories(preset, evaluation, args.postprocess)
        print(f"\n{table.to_wide_markdown()}", end="")
    _write_predictions(args, evaluation.predicted)
    silent = compute_coverage(preset, evaluation) if args.coverage else None
    spoiled = None
    if args.spoiled:
        spoiled = score_robustness(preset, evaluation.recordings)
    for table in filter(None, (silent, spoiled)):
        print(f"\n{table.to_wide_markdown()}", end="")
    if args.card:
        print(rewrite_card(preset, evaluation.table, silent, spoiled))
    if args.json:
        parts = {"coverage": silent, "robustness": spoiled}
        more = {k: t.to_dict() for k, t in parts.items() if t}
        tables.write_header(args.json, {**evaluation.to_dict(), **more})
    if args.markdown:
        with tables.renamed(args.markdown) as half:
            half.write_text(evaluation.to_markdown(args.recordings), "utf-8")
    if args.fit_postprocess:
        chain = evaluation.fit_postprocess()
        chain.save(args.fit_postprocess)
        print(chain.describe())
