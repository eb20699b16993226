import subprocess
import sys

import pytest

_FAULTS = """
import resource, sys
import numpy as np
from emoaff.training.freed_memory import keep_freed_memory

if sys.argv[1] == "keep" and not keep_freed_memory():
    sys.exit("no glibc")
for step in range(21):
    if step == 1:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(1 << 24, np.uint8)  # 4,096 pages of 4 KiB
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(choice):
    run = subprocess.run(
        [sys.executable, "-c", _FAULTS, choice], capture_output=True, text=True
    )
    if run.stderr == "no glibc\n":
        pytest.skip("only glibc has these settings")
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts Linux's pages")
def test_memory_that_was_freed_is_used_again():
    # Fresh pages in each of 20 rounds without, none with it.
    assert faults("keep") < 1000
    assert faults("leave") > 20 * faults("keep")
