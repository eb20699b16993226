import dataclasses


@dataclasses.dataclass(eq=False, slots=True)
class Cell:
    """The place for what a model with a memory says of one face in one frame.

    Args:
        frame: 0-based number of the frame.
        values: Output name to `(c,)`; `None` until it is known, and empty
            where the model has nothing to say.
    """

    frame: int
    values: dict | None = None
