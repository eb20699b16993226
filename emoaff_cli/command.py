"""The `emoaff` command itself."""

import argparse
import contextlib
import os
import sys

from emoaff_cli import convert_commands
from emoaff_cli import corpus_commands
from emoaff_cli import export_commands
from emoaff_cli import media_commands
from emoaff_cli import scoring_commands
from emoaff_cli import training_commands
from emoaff_cli.arguments import complain
from emoaff_cli.arguments import sentence

_DESCRIPTION = "Emotions of the people in videos and pictures."


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
        complain(sentence(error))
        return 2
    except KeyboardInterrupt:
        complain("stopped; results already finished are kept.")
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
        media_commands.add_predict,
        media_commands.add_models,
        corpus_commands.add_corpora,
        corpus_commands.add_prepare,
        training_commands.add_recipes,
        training_commands.add_train,
        scoring_commands.add_evaluate,
        training_commands.add_crossval,
        convert_commands.add_convert,
        export_commands.add_export,
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
