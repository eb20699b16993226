"""The `emoaff` command itself."""

import argparse
import contextlib
import os
import re
import signal
import sys

from emoaff_cli import convert_commands
from emoaff_cli import corpus_commands
from emoaff_cli import export_commands
from emoaff_cli import feature_commands
from emoaff_cli import media_commands
from emoaff_cli import model_commands
from emoaff_cli import new_commands
from emoaff_cli import run_commands
from emoaff_cli import scoring_commands
from emoaff_cli import training_commands
from emoaff_cli import viewing_commands
from emoaff_cli.arguments import complain
from emoaff_cli.arguments import sentence
from emoaff_cli.arguments import start_keras
from emoaff_cli.parser import Parser

_DESCRIPTION = "Emotions of the people in videos and pictures."


def main(argv: list[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: The arguments. Defaults to `sys.argv[1:]`.

    Returns:
        The exit status: 0, 2 for a mistake the user can mend, 130 when
        interrupted, 143 when terminated.
    """
    argv = sys.argv[1:] if argv is None else argv
    args = make_parser().parse_args([_shield(text) for text in argv])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A name that the console cannot show must not end the work.
            stream.reconfigure(errors="backslashreplace")
    try:
        with _clean_ends():
            if getattr(args, "jobs", 1) > 1:
                # Here, because others do without.
                from emoaff_cli.early_processes import begin_early

                begin_early(args.inputs)
            import emoaff  # noqa: F401

            if getattr(args, "needs_keras", True):
                start_keras()
            return args.run(args) or 0
    except (ValueError, OSError, ImportError) as error:
        if args.debug:
            raise
        complain(sentence(error))
        return 2
    except KeyboardInterrupt as error:
        complain(str(error) or "stopped.")
        return _END_STATUS.get(type(error), 130)


class _Terminated(KeyboardInterrupt):
    """SIGTERM, such as of a batch system whose time is up."""


class _HungUp(KeyboardInterrupt):
    """SIGHUP: the terminal was closed."""


_ENDS = {"SIGTERM": _Terminated, "SIGHUP": _HungUp}
_END_STATUS = {_Terminated: 143, _HungUp: 129}  # 128 and the signal


@contextlib.contextmanager
def _clean_ends():
    """Lets every signal to end tidy up as an interrupt does."""

    def end(number, _):
        signal.signal(number, signal.SIG_IGN)  # a second one changes nothing
        raise _ENDS[signal.Signals(number).name]

    numbers = [getattr(signal, n) for n in _ENDS if hasattr(signal, n)]
    kept = {}
    try:
        for number in numbers:
            # One that is ignored, as by `nohup`, stays ignored.
            if signal.getsignal(number) is signal.SIG_DFL:
                kept[number] = signal.signal(number, end)
    except ValueError:
        pass  # not the main thread, where signals are another's matter
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _shield(text):
    """Tells a file whose name begins with a dash from an option."""
    is_option = re.fullmatch(r"--?[a-z][a-z0-9-]*(=.*)?|--?", text, re.DOTALL)
    if text.startswith("-") and not is_option and os.path.lexists(text):
        return os.path.join(os.curdir, text)
    return text


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of all commands; imports no TensorFlow."""
    parser = Parser(prog="emoaff", description=_DESCRIPTION)
    parser.add_argument("--version", action=_Version)
    parser.add_argument(
        "--debug", action="store_true", help="show tracebacks of errors"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        media_commands.add_predict,
        viewing_commands.add_live,
        viewing_commands.add_report,
        viewing_commands.add_app,
        model_commands.add_models,
        corpus_commands.add_corpora,
        corpus_commands.add_prepare,
        training_commands.add_recipes,
        training_commands.add_train,
        scoring_commands.add_evaluate,
        feature_commands.add_features,
        training_commands.add_crossval,
        run_commands.add_sweep,
        run_commands.add_runs,
        convert_commands.add_convert,
        export_commands.add_export,
        new_commands.add_new,
    ):
        add(commands)
    for command in commands.choices.values():
        command.set_defaults(command_parser=command)
    return parser


class _Version(argparse.Action):
    """Prints the installed version; reads it only when asked."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, nargs=0, help="print the version", **kwargs)

    def __call__(self, parser, namespace, values, option_string=None):
        from importlib import metadata

        print(f"emoaff {metadata.version('emoaff')}")
        parser.exit()
