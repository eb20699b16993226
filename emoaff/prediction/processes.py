"""Work in several processes, one of which may die without the others."""

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from multiprocessing import connection

import cv2

from emoaff.prediction.spare_cores import watch

# Where it is safe, forked from one process that has loaded everything and runs
# no thread; never from this one, whose threads of TensorFlow and OpenCV would
# not survive it.
METHOD = "forkserver" if sys.platform == "linux" else "spawn"
PRELOADED = ["emoaff.prediction.preloaded"]
_CORES = os.cpu_count() or 1
_GRACE_S = 1.5  # for a process to tidy up after itself


def run_in_processes(
    work: Callable, items: Sequence, processes: int
) -> Iterator[tuple[object, object]]:
    """Works on items in several processes, each on one at a time.

    A process that dies, such as for lack of memory, takes only its item with
    it: another one goes on with the rest. All end with this generator, and
    if their owner is killed.

    Args:
        work: Called with each item in one of the processes; pickled, as items
            and answers are.
        items: What to work on.
        processes: How many, 1 or more.

    Yields:
        Each item with its answer, in the order in which they are finished.
        Of an item whose process died, the answer is an `OSError`.

    Raises:
        OSError: If a process cannot begin to work.
        Exception: What `work` raised.
    """
    context = _get_context()
    # Without a lock, which a process that dies could leave closed.
    crowded = context.RawValue("b", min(processes, len(items)) >= _CORES)
    arguments = pickle.dumps(work), dict(os.environ), crowded
    busy: dict[connection.Connection, tuple[_Worker, object]] = {}
    idle = []
    try:
        for item in items:
            worker = idle.pop() if idle else _Worker(context, arguments)
            busy[worker.pipe] = worker, item
            worker.give(item)
            while len(busy) == processes:
                yield from _collect(busy, idle)
        while busy:
            crowded.value = len(busy) >= _CORES
            yield from _collect(busy, idle)
    finally:
        _end([*idle, *(worker for worker, _ in busy.values())])


def _get_context():
    context = multiprocessing.get_context(METHOD)
    if METHOD == "forkserver":
        context.set_forkserver_preload(PRELOADED)
    return context


def _collect(busy, idle):
    for pipe in connection.wait(list(busy)):
        worker, item = busy[pipe]
        try:
            message = pipe.recv()
        except (EOFError, ConnectionError):
            del busy[pipe]
            yield item, worker.explain_end()
            continue
        if not worker.ready:
            worker.ready = message
            continue
        del busy[pipe]
        idle.append(worker)
        well, answer = message
        if not well:
            raise answer
        yield item, answer


class _Worker:
    """A process that works on what it is given."""

    def __init__(self, context, arguments):
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, *arguments))
        self.process.start()
        other.close()
        self.ready = False

    def give(self, item):
        with contextlib.suppress(ConnectionError):  # its end is seen later
            self.pipe.send(item)

    def explain_end(self):
        self.process.join()
        self.pipe.close()
        if not self.ready:
            raise RuntimeError(
                "Expected another process to begin its work. It ended at once "
                f"(status {self.process.exitcode}). Work in one process, and "
                "see what stops it."
            )
        return OSError(
            "expected a process to work to the end. It was ended from outside "
            f"(status {self.process.exitcode}), as systems do when memory runs "
            "out. Run again with fewer processes."
        )


def _end(workers):
    """Ends processes; those that do not listen in time are killed."""
    for worker in workers:
        worker.process.terminate()
    until = time.monotonic() + _GRACE_S
    for worker in workers:
        worker.process.join(max(until - time.monotonic(), 0))
    for worker in workers:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()


def _serve(pipe, data, environment, crowded):
    """Works until the pipe is closed."""
    # What this one was forked from may have begun with another.
    os.environ.clear()
    os.environ.update(environment)
    watch(crowded)
    # A terminal sends an interrupt to all; the owner says who stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_owner, daemon=True).start()
    cv2.setNumThreads(1)  # one of several processes that share the cores
    try:
        work = pickle.loads(data)
        pipe.send(True)
        while True:
            item = pipe.recv()
            try:
                answer = True, work(item)
            except Exception as error:
                answer = False, error
            pipe.send(answer)
    except (EOFError, OSError, KeyboardInterrupt):
        pass


def _stop(number, _):
    signal.signal(number, signal.SIG_IGN)  # a second one changes nothing
    raise KeyboardInterrupt


def _end_with_owner():
    """Ends this process with its owner, which may have been killed."""
    connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
