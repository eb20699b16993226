"""What setup.cfg needs: every package says how old it may be."""

import configparser
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[1]


def read_requirements():
    """Lists what is always needed, and what `emoaff[export]` needs."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].splitlines()
    lines += setup["options.extras_require"]["export"].splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_needed_package_says_how_old_it_may_be():
    # Without, `.ci/try_installs` tries its first release ever, and pip keeps
    # one of any age that is there.
    requirements = read_requirements()
    assert len(requirements) > 25
    unbound = [r for r in requirements if not re.search(r">=|<", r)]
    assert unbound == []
