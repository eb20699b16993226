import numpy as np

from emoaff.prediction.memory_cell import Cell


class StreamMemory:
    """One person's state, carried on from sample to sample.

    A frame that is no sample has the answer of the sample before. Cells are
    filled at once: nothing of the future is used.

    Args:
        step: `(features, states or None)` to answers by name, `(1, c)`, and
            states; see `SequenceModel.step`.
        ahead: Whether an answer is for the next sample. The first sample then
            has its own, as there is none before it.
        heard: Called with each sample's answer, output name to `(c,)`.
    """

    def __init__(self, step, ahead: bool = False, heard=lambda answer: None):
        self._step, self._ahead, self._heard = step, ahead, heard
        self._states = self._next = None
        self._now: dict | None = None

    def add(self, cell: Cell, features: np.ndarray | None) -> None:
        """Adds the person's next frame.

        Args:
            cell: Is filled.
            features: `(features,)` where the frame is a sample, else `None`.
        """
        if features is not None:
            answers, self._states = self._step(features, self._states)
            answer = {name: values[0] for name, values in answers.items()}
            waiting, self._next = self._next, answer
            self._now = answer
            if self._ahead and waiting is not None:
                self._now = waiting
            self._heard(self._now)
        cell.values = self._now or {}

    def finish(self) -> None:
        """Does nothing: every cell is filled."""
