"""`emoaff sweep` and `emoaff runs`."""

from emoaff_cli.arguments import overrides


def add_sweep(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "sweep",
        help="train a recipe with several seeds and settings, and compare",
        description="Each combination is a run of its own; called again, what "
        "has ended is read and the rest goes on. Prints mean, spread and a "
        "paired test.",
    )
    command.add_argument("recipe", metavar="RECIPE")
    command.add_argument("--data-dir", required=True, metavar="DIR")
    command.add_argument(
        "--out", required=True, metavar="DIR", help="folder of all runs"
    )
    command.add_argument(
        "--seeds",
        default="0..2",
        metavar="A..B|A,B",
        help="from A to B, or a list; default: %(default)s",
    )
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE,VALUE",
        help="values of a setting to compare; of several --set, every "
        "combination",
    )
    command.add_argument(
        "--measure",
        default="",
        metavar="NAME",
        help="a column of history.csv; default: what decides the best epoch",
    )
    command.add_argument(
        "--small", action="store_true", help="see emoaff train --help"
    )
    command.set_defaults(run=_run_sweep)


def _run_sweep(args):
    from emoaff.training.freed_memory import keep_freed_memory
    from emoaff.training.sweep import sweep

    keep_freed_memory()
    settings = {k: split_values(v) for k, v in overrides(args.set).items()}
    sweep(
        args.recipe,
        args.data_dir,
        args.out,
        read_seeds(args.seeds),
        settings,
        args.measure,
        args.small,
    )


def read_seeds(text: str) -> list[int]:
    """Reads `0..4`, `3` or `0,2,5`; ValueError for anything else."""
    try:
        first, dots, last = text.partition("..")
        if dots:
            return list(range(int(first), int(last) + 1))
        return [int(each) for each in text.split(",")]
    except ValueError:
        raise ValueError(
            f"Expected seeds as 0..4 or 0,2,5. Received: {text}."
        ) from None


def split_values(text: str) -> list[str]:
    """Splits at commas, but not at those within brackets or quotes."""
    values, depth, quoted = [""], 0, False
    for letter in text:
        if letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter in "[{(") - (letter in "]})")
        if letter == "," and not depth and not quoted:
            values.append("")
        else:
            values[-1] += letter
    return values


def add_runs(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "runs",
        help="compare runs: scores, epochs, settings that differ",
        description="A row a run, the best first: score of the epoch that is "
        "kept, epochs, and the settings that differ and that a run uses; n/a "
        "where it does not.",
    )
    command.add_argument("folder", metavar="DIR", help="where the runs are")
    command.add_argument(
        "--measure",
        default="",
        metavar="NAME",
        help="a column of history.csv; default: what decides the best epoch",
    )
    command.add_argument("--csv", metavar="FILE", help="write it there, too")
    command.set_defaults(run=_run_runs, needs_keras=False)


def _run_runs(args):
    from emoaff.prediction.tables import renamed
    from emoaff.training.run_table import list_runs

    table = list_runs(args.folder, args.measure)
    shown = table.copy()
    for name in table.columns[table.columns.get_loc("ended") + 1 :]:
        shown[name] = [_show(value) for value in table[name]]
    print(shown.to_string(index=False, na_rep="n/a", float_format="%.4f"))
    if args.csv:
        with renamed(args.csv) as half:
            table.to_csv(half, index=False)


def _show(value):
    """A setting of a run, and `n/a` for one that it does not use."""
    if value is None or value != value:
        return "n/a"
    return f"{value:g}" if isinstance(value, float) else str(value)
