"""An exported file of clips, one person and frame at a time."""

import numpy as np

from emoaff.exporting import running


class ExportedSequence:
    """A file of clips in the place of `prediction.SequenceModel`.

    There the features of a face are kept; here the face itself is, since what
    makes features of it is inside the file.

    Args:
        model: An `ExportedModel` of clips.
        window: Frames that it was trained on.

    Attributes:
        each_frame: Whether it answers every frame, not once a window.
    """

    def __init__(self, model, window: int):
        self.model, self.window = model, window
        self.each_frame = model.about["answers_each_frame"]

    def encode(self, crops: list[np.ndarray]) -> np.ndarray:
        """Returns the faces as the file takes them, `(n, height, width, 3)`."""
        return self.model.convert(np.stack(crops))

    def answer(self, faces: np.ndarray) -> dict[str, np.ndarray]:
        """Runs the file on windows `(n, window, height, width, 3)`."""
        return self.model.predict_on_batch(faces)

    def stepper(self):
        """Returns the exported file itself.

        Raises:
            ValueError: If it does not take one frame at a time.
        """
        form = self.model.about["form"]
        if form != "streaming":
            raise ValueError(
                "Expected an exported file of the form streaming, to go on "
                f"from frame to frame. Received: one of the form {form}. "
                "Choose temporal window, or export it again with --form "
                "streaming."
            )
        return self.model

    def step(
        self, face: np.ndarray, states: dict | None
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Feeds one face of one person.

        Args:
            face: `(height, width, 3)` uint8.
            states: What the step before gave; `None` to begin.

        Returns:
            Outputs by name, `(1, c)`, and the states.
        """
        model = self.stepper()
        batch = model.about["inputs"]["face"]["shape"][0]
        # A file for several people gets this one several times.
        batch = batch if isinstance(batch, int) else 1
        if states is None:
            states = running.make_zero_states(model.about, batch)
        faces = np.broadcast_to(face, (batch, *face.shape))
        answers, states = running.step(
            model.run, model.about, np.ascontiguousarray(faces), states
        )
        first = {name: values[:1] for name, values in answers.items()}
        return model.restore_outputs(first), states
