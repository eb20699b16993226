"""Whether this process has a core to spare for work ahead."""

_shared = None


def watch(flag) -> None:
    """Lets a process that shares the cores know when others fill them.

    Args:
        flag: Has a `value` that is true as long as they do, which another
            process sets; None where this process has the machine to itself.
    """
    global _shared
    _shared = flag


def are_taken() -> bool:
    """Says whether other processes fill the cores at this moment."""
    return _shared is not None and bool(_shared.value)
