"""`emoaff new`."""


def add_new(commands) -> None:
    """Adds the command to argparse's subparsers."""
    command = commands.add_parser(
        "new",
        help="write the beginning of a corpus or a recipe of your own",
        description="Writes files to fill in, and a test that says what is "
        "missing.",
    )
    command.add_argument("kind", choices=("corpus", "recipe"))
    command.add_argument(
        "name", metavar="NAME", help="small letters, digits and _"
    )
    command.add_argument(
        "--out",
        default=".",
        metavar="DIR",
        help="where to write; default: the working directory",
    )
    command.set_defaults(run=_new, needs_keras=False)


def _new(args):
    if args.kind == "corpus":
        from emoaff.corpora.skeleton import write_corpus_skeleton as write
    else:
        from emoaff.training.recipe_skeleton import (
            write_recipe_skeleton as write,
        )

    written = write(args.name, args.out)
    for path in written:
        print(path)
    print(f"Fill them in, then run: python -m pytest {written[-1]}")
