"""`emoaff recipes`, `emoaff train` and `emoaff crossval`."""

import pathlib

from emoaff_cli.arguments import add_settings
from emoaff_cli.arguments import overrides
from emoaff_cli.arguments import positive
from emoaff_cli.arguments import start_keras


def add_recipes(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "recipes", help="what can be trained, or all about one"
    )
    command.add_argument("name", nargs="?", metavar="NAME|FILE.py")
    command.add_argument(
        "--settings",
        action="store_true",
        help="list the settings of one and their values, for --set",
    )
    command.set_defaults(run=_run_recipes, needs_keras=False)


def _run_recipes(args):
    from emoaff.training.recipe_sources import list_recipes
    from emoaff.training.recipe_sources import read_title

    if args.name:
        start_keras()
        from emoaff.training import recipe_lookup

        describe = recipe_lookup.describe_recipe
        if args.settings:
            describe = recipe_lookup.describe_settings
        print(describe(args.name))
        return
    if args.settings:
        raise ValueError(
            "Expected the name of a recipe with --settings. Received: none. "
            "`emoaff recipes` lists them."
        )
    for name in list_recipes():
        print(f"{name}  {read_title(name)}")


def add_train(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser("train", help="train a recipe")
    command.add_argument(
        "recipe", metavar="RECIPE", help="a name, or a file: my_recipe.py"
    )
    command.add_argument("--data-dir", required=True, metavar="DIR")
    command.add_argument(
        "--out", required=True, metavar="RUN", help="folder of the run"
    )
    _add_small(command)
    add_settings(command)
    command.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out; with --set epochs=N for longer",
    )
    _add_devices(command)
    command.set_defaults(run=_run_train)


def _add_small(command):
    command.add_argument(
        "--small",
        action="store_true",
        help="the recipe's settings for drawn faces, for minutes on two CPU "
        "cores; needs no corpus",
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


def _run_train(args):
    from emoaff.training.freed_memory import keep_freed_memory
    from emoaff.training.recipe_run import train

    keep_freed_memory()
    try:
        preset = train(
            args.recipe,
            args.data_dir,
            args.out,
            overrides(args.set),
            args.resume,
            args.strategy,
            args.xla,
            small=args.small,
        )
    except KeyboardInterrupt as error:
        if (pathlib.Path(args.out) / "checkpoints").is_dir():
            error.args = ("stopped; the same command with --resume goes on.",)
        raise
    print(preset)


def add_crossval(commands) -> None:
    """Adds the command to argparse's subparsers."""
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
        type=positive,
        default=5,
        metavar="K",
        help="for k-fold; default: %(default)s",
    )
    _add_small(command)
    add_settings(command)
    command.set_defaults(run=_run_crossval)


def _run_crossval(args):
    from emoaff.training.crossval import crossval
    from emoaff.training.freed_memory import keep_freed_memory

    keep_freed_memory()
    crossval(
        args.recipe,
        args.protocol,
        args.data_dir,
        args.out,
        args.datasets,
        args.folds,
        overrides(args.set),
        small=args.small,
    )
