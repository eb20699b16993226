import dataclasses


class SettingGroup:
    """Base of groups of settings: turns lists, as JSON has them, into tuples.

    Tuples of tuples are lists of lists there.
    """

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, list | tuple):
                inner = (tuple(v) if isinstance(v, list) else v for v in value)
                object.__setattr__(self, field.name, tuple(inner))
