import dataclasses
import re

_NAME = re.compile(r"(\d\d)(dec)_([a-z]\d\d)_([12])(?!\d)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, order=True)
class RecordingId:
    """RAMAS's id of one actor's side of one scenario, `10dec_D11_1`.

    Args:
        day: Two digits of the day of December, such as `"10"`.
        scenario: Letter and two digits, such as `"D11"`.
        side: `"1"` or `"2"`, which of the pair.
    """

    day: str
    scenario: str
    side: str

    @classmethod
    def of(cls, name: str) -> "RecordingId | None":
        """Returns the id that a name begins with, None where it has none."""
        match = _NAME.match(name.strip())
        if not match:
            return None
        day, _, scenario, side = match.groups()
        return cls(day, scenario.upper(), side)

    def __str__(self) -> str:
        return f"{self.day}dec_{self.scenario}_{self.side}"
