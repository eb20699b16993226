import dataclasses


@dataclasses.dataclass(frozen=True)
class Utterance:
    """One summary line of an emotion evaluation.

    Args:
        name: Its id, such as `"Ses01F_impro01_M000"`.
        dialog: Id of the dialog, such as `"Ses01F_impro01"`.
        wearer: `"F"` or `"M"`, who of the two wears the markers.
        speaker: `"F"` or `"M"`, who speaks.
        start_s: Seconds in the dialog's video at which it begins.
        end_s: Seconds before which it ends.
        code: Emotion in three letters, such as `"neu"`; `"xxx"` where the
            evaluators do not agree.
        valence: In [1, 5], NaN where unknown.
        arousal: In [1, 5], NaN where unknown. The corpus says activation.
    """

    name: str
    dialog: str
    wearer: str
    speaker: str
    start_s: float
    end_s: float
    code: str
    valence: float
    arousal: float

    @property
    def subject(self) -> str:
        """The speaker's id, session and gender, such as `"Ses01M"`."""
        return self.dialog[:5] + self.speaker
