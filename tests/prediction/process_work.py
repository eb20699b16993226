"""Work for other processes, which import it by name."""

import os
import time

from emoaff.prediction.spare_cores import are_taken


class Work:
    """Doubles numbers; -1 kills its process, -2 raises, -3 never ends."""

    def __call__(self, number):
        if number == -1:
            os._exit(9)
        if number == -2:
            raise LookupError("no such thing")
        if number == -3:
            time.sleep(1000)
        return 2 * number, os.getpid()


class Look:
    """Tells what is asked for: a variable, or if others fill the cores."""

    def __call__(self, asked):
        if asked == "cores":
            return are_taken()
        if asked == "cores, once another has ended":
            until = time.monotonic() + 60
            while are_taken() and time.monotonic() < until:
                time.sleep(0.01)
            return are_taken()
        return os.environ.get(asked)


class Unable:
    """Cannot be made ready in another process."""

    def __setstate__(self, state):
        raise RuntimeError("not here")

    def __getstate__(self):
        return {"some": "state"}
