"""`emoaff corpora` and `emoaff prepare`."""

import os
import sys

from emoaff_cli.arguments import positive
from emoaff_cli.arguments import start_keras


def add_corpora(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "corpora",
        help="the corpora and their licences; one's folder, or its plot",
    )
    command.add_argument("name", nargs="?", metavar="NAME")
    command.add_argument(
        "--plot",
        metavar="FILE",
        help="draw the classes, valence and arousal of a built corpus",
    )
    command.add_argument(
        "--data-dir",
        default="data",
        metavar="DIR",
        help="where it was built; default: %(default)s",
    )
    command.set_defaults(run=_run_corpora, needs_keras=False)


def _run_corpora(args):
    from emoaff import corpora

    if args.plot:
        start_keras()
        _plot(args)
        return
    if args.name:
        print(corpora.describe_corpus(args.name))
        return
    for name in corpora.list_corpora():
        about = corpora.get_about(name)
        print(name if about is None else f"{name}  {about.title}")
        if about is not None:
            print(f"    licence: {about.licence}")
            print(f"    where: {about.homepage}")


def _plot(args):
    from emoaff.data.label_plots import plot_corpus

    if not args.name:
        raise ValueError(
            "Expected the corpus to plot. Received: none. Name it: emoaff "
            f"corpora NAME --plot {args.plot}"
        )
    plot_corpus(args.name, args.data_dir, args.plot)
    print(args.plot)


def add_prepare(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "prepare",
        help="build a corpus from your own copy of it",
        description="Started again after an interruption, it goes on where it "
        "was.",
    )
    command.add_argument(
        "corpus",
        metavar="CORPUS[/CONFIGURATION[+SETTING=VALUE ...]]",
        help="a name, or the folder of a builder of your own: path/to/mine",
    )
    command.add_argument(
        "--manual-dir",
        metavar="DIR",
        help="your copy; not for a corpus that is drawn",
    )
    command.add_argument("--data-dir", metavar="DIR", help="where it is built")
    command.add_argument(
        "--check",
        action="store_true",
        help="only look, and say what is there and what is missing",
    )
    command.add_argument(
        "--processes",
        type=positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="how many cut faces at once; default: all cores, %(default)s",
    )
    command.add_argument(
        "--beam-options",
        metavar="OPTIONS",
        help="let Apache Beam do the work, with these options of a pipeline",
    )
    command.set_defaults(run=_prepare, needs_keras=False)


def _prepare(args):
    from emoaff import corpora

    if args.check:
        if args.manual_dir is None:
            raise ValueError(
                "Expected --manual-dir with --check. Received: none. Name the "
                "folder with your copy."
            )
        print(corpora.check(args.corpus, args.manual_dir))
        return
    if args.data_dir is None:
        raise ValueError(
            "Expected --data-dir. Received: none. Name the folder in which to "
            "build."
        )
    start_keras()
    built = corpora.prepare(
        args.corpus,
        args.manual_dir,
        args.data_dir,
        progress_bar=sys.stderr.isatty(),
        processes=args.processes,
        beam_options=args.beam_options,
    )
    for name, split in built.info.splits.items():
        print(f"{name}: {split.num_examples} examples")
    print(built.data_dir)
