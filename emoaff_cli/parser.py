import argparse
import re
import shlex
from collections.abc import Sequence


class Parser(argparse.ArgumentParser):
    """Says a mistake in a sentence, and what was probably meant.

    Example:
    >>> parser = Parser(prog="emoaff predict")
    >>> action = parser.add_argument("--format")
    >>> parser.describe_mistake("unrecognized arguments: --fromat=srt")
    "emoaff predict: unrecognized arguments: --fromat=srt. Did you mean \
'--format'? `emoaff predict --help` lists what there is."
    """

    def parse_args(self, args: Sequence[str] | None = None, namespace=None):
        """Reads the arguments; those left over are a command's mistake."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            command = getattr(found, "command_parser", self)
            command.error(f"unrecognized arguments: {shlex.join(unknown)}")
        return found

    def error(self, message: str):
        """Ends the program with the sentence, and status 2."""
        self.exit(2, f"{self.describe_mistake(message)}\n")

    def describe_mistake(self, message: str) -> str:
        """Returns argparse's message with a question and a way to help."""
        # Only for mistakes, since it takes time to import.
        from emoaff.progress import suggest_name

        asked = ""
        choice = re.search(
            r"invalid choice: '(.*?)' \(choose from (.*)\)", message
        )
        if choice:
            known = re.findall(r"[\w-]+", choice[2])
            asked = suggest_name(choice[1], known)
            if asked:
                message = message.replace(f" (choose from {choice[2]})", "")
        elif message.startswith("unrecognized arguments: -"):
            name = message.split()[2].partition("=")[0]
            options = [
                each
                for action in self._actions
                if action.help != argparse.SUPPRESS
                for each in action.option_strings
            ]
            asked = suggest_name(name, options)
        return (
            f"{self.prog}: {message}.{asked} `{self.prog} --help` lists what "
            "there is."
        )
