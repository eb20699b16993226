"""The `emoaff` command.

A package beside emoaff, because `import emoaff` loads TensorFlow: each command
imports what it needs, so `--help` answers at once.
"""

from emoaff_cli.command import main

__all__ = ["main"]
