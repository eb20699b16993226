import dataclasses


@dataclasses.dataclass(frozen=True)
class CorpusAbout:
    """Terms that a user must know before requesting a corpus.

    Args:
        title: One line.
        licence: Terms, in a few words.
        homepage: Where it is asked for or found.
        how_to_get: One sentence.
    """

    title: str
    licence: str
    homepage: str
    how_to_get: str
