import numpy as np

from emoaff.data.window_votes import sample_windows
from emoaff.data.window_votes import spread_windows_to_frames
from emoaff.prediction.memory_cell import Cell


class WindowMemory:
    """Windows of one person, for a head that answers once a window.

    Windows and how they speak for frames are EMO-AffectNet's: a window's
    answer goes to every frame from its first to its last sample, a frame in
    several windows gets their mean, and frames after the last sample get the
    last window's. Where windows leave frames out, the window before speaks;
    frames before the first sample have no answer.

    A cell is filled as soon as no later window can change it, so no more than
    a window of features is held.

    Args:
        answer: `(n, window, features)` to output name to `(n, c)`.
        window: Samples in a window.
        stride: Samples from one window's start to the next's.
        rule: See `emoaff.data.window_votes.sample_windows`.
        heard: Called with each window's answer, output name to `(c,)`.

    Raises:
        ValueError: If `stride` is greater than `window`.
    """

    def __init__(
        self,
        answer,
        window: int,
        stride: int,
        rule: str = "script",
        heard=lambda answer: None,
    ):
        if not 1 <= stride <= window:
            raise ValueError(
                f"Expected stride in 1 to {window}, the model's window. "
                f"Received: stride={stride}."
            )
        self._answer, self._heard = answer, heard
        self._window, self._stride, self._rule = window, stride, rule
        self._cells: list[Cell] = []
        # Samples from the start of the next window on.
        self._features: list[np.ndarray] = []
        self._frames: list[int] = []
        # (first frame, last frame, answer) of windows that still count.
        self._votes: list[tuple[int, int, dict]] = []
        self._count = self._windows = 0

    def add(self, cell: Cell, features: np.ndarray | None) -> None:
        """Adds the person's next frame.

        Args:
            cell: To be filled, now or later.
            features: `(features,)` where the frame is a sample, else `None`.
        """
        self._cells.append(cell)
        if features is None:
            return
        self._count += 1
        self._features.append(features)
        self._frames.append(cell.frame)
        if len(self._features) == self._window:
            self._speak(np.arange(self._window)[None])
            del self._features[: self._stride]
            del self._frames[: self._stride]
            # The next window begins there, so no window to come changes what
            # lies before.
            end = self._frames[0] if self._frames else cell.frame + 1
            self._fill(end)

    def finish(self) -> None:
        """Fills all cells: the person is gone, or the video at its end."""
        rule = self._rule if not self._windows else "script"
        rows = sample_windows(
            len(self._features), self._window, self._stride, rule
        )
        # The notebook makes one window of ten samples, the script two.
        whole = self._rule == "notebook" and self._count == self._window
        if len(rows) and not whole:
            self._speak(rows)
        if self._cells:
            self._fill(self._cells[-1].frame + 1)
        self._features, self._frames = [], []

    def _speak(self, rows):
        features = np.stack(self._features)[rows]
        answers = self._answer(features)
        for i, row in enumerate(rows):
            answer = {name: values[i] for name, values in answers.items()}
            first, last = self._frames[row[0]], self._frames[row[-1]]
            self._votes.append((first, last, answer))
            self._heard(answer)
        self._windows += len(rows)

    def _fill(self, end):
        """Fills the cells of frames before `end`."""
        ready = [cell for cell in self._cells if cell.frame < end]
        self._cells = self._cells[len(ready) :]
        if not ready:
            return
        if not self._votes:
            for cell in ready:
                cell.values = {}
            return
        # Arrays below begin at frame `base`, so that they are as long as what
        # is waiting, however long the video is.
        base = min(ready[0].frame, self._votes[0][0])
        latest = max(last for _, last, _ in self._votes)
        spans = np.array([vote[:2] for vote in self._votes]) - base
        for name in self._votes[0][2]:
            # `(frames from base on, c)`, NaN where no window reaches. Each
            # window is told as two samples, its first and its last frame.
            frames = spread_windows_to_frames(
                np.arange(spans.size).reshape(-1, 2),
                spans.ravel(),
                np.stack([vote[2][name] for vote in self._votes]),
                max(end, latest + 1) - base,
            )
            _hold(frames, spans[0, 0])
            for cell in ready:
                said = frames[cell.frame - base].astype(np.float32)
                values = {} if cell.values is None else cell.values
                if not np.isnan(said).any():
                    values[name] = said
                cell.values = values
        # The last one speaks on until the next.
        self._votes = [
            vote for vote in self._votes[:-1] if vote[1] >= end
        ] + self._votes[-1:]


def _hold(frames, first):
    """Lets frames between two windows repeat what was said before."""
    for i in range(first + 1, len(frames)):
        if np.isnan(frames[i]).any():
            frames[i] = frames[i - 1]
