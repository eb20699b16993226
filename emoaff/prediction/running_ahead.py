import collections
import contextlib
import threading
from collections.abc import Iterable
from collections.abc import Iterator

_BYTES = 24e6  # of the items that wait, as far as `measure` knows them


def run_ahead(
    items: Iterable, most: int = 16, measure=lambda item: 0
) -> Iterator:
    """Yields items in their order, while a thread works on those that follow.

    The thread stops at the end, at an error, which is raised here in its
    place, and when the iterator is closed.

    Args:
        items: Iterated over by the thread alone.
        most: Items that may wait, at least 1.
        measure: Bytes of an item. Those that wait are few enough to have 24
            million at most, but one always may.
    """
    waiting: collections.deque = collections.deque()
    changed = threading.Condition()
    state = {"bytes": 0, "stop": False, "done": False, "error": None}

    def is_full():
        over = len(waiting) >= most or state["bytes"] > _BYTES
        return waiting and over and not state["stop"]

    def work():
        iterator = iter(items)
        try:
            for item in iterator:
                size = measure(item)
                with changed:
                    waiting.append((item, size))
                    state["bytes"] += size
                    changed.notify_all()
                    changed.wait_for(lambda: not is_full())
                    if state["stop"]:
                        return
                del item
        except BaseException as error:
            state["error"] = error
        finally:
            with contextlib.suppress(Exception):
                getattr(iterator, "close", lambda: None)()
            with changed:
                state["done"] = True
                changed.notify_all()

    # A daemon, so that a program whose main thread ends does not wait for it.
    thread = threading.Thread(target=work, name="emoaff-ahead", daemon=True)
    thread.start()
    try:
        while True:
            with changed:
                changed.wait_for(lambda: waiting or state["done"])
                if not waiting:
                    break
                item, size = waiting.popleft()
                state["bytes"] -= size
                changed.notify_all()
            yield item
            del item
        if state["error"] is not None:
            raise state["error"]
    finally:
        with changed:
            state["stop"] = True
            changed.notify_all()
        thread.join()
