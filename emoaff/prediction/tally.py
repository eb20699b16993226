import numpy as np


class Tally:
    """Adds up a model's answers to name the class of a whole video.

    It gives what `emoaff.data.window_votes.video_label` gives for all answers
    at once, without keeping them.
    """

    def __init__(self):
        self._wins = self._sums = None

    def add(self, probabilities: np.ndarray) -> None:
        """Takes one answer, `(classes,)`; one with a NaN does not count."""
        probabilities = np.asarray(probabilities, np.float64)
        if np.isnan(probabilities).any():
            return
        if self._sums is None:
            self._sums = np.zeros(len(probabilities))
            self._wins = np.zeros(len(probabilities), np.int64)
        self._sums += probabilities
        self._wins[probabilities.argmax()] += 1

    def label(self, rule: str = "mode") -> int:
        """Gives the class index; -1 where there was no answer.

        Args:
            rule: `"mode"`, the class that most answers find most probable, of
                equals the smallest index; or `"sum"`, the class with the
                largest sum.
        """
        if self._sums is None:
            return -1
        return int((self._wins if rule == "mode" else self._sums).argmax())
