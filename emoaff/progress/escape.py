def escape_unprintable(text: str) -> str:
    r"""Makes a name safe to show on a terminal or in a log.

    Args:
        text: Such as a file's name, with any characters.

    Returns:
        The text; bytes that are not UTF-8, control characters and other
        characters that do not print are written as Python writes them, such
        as `caf\xe9.jpg` and `two\nlines.jpg`.

    Example:
    >>> escape_unprintable("two\nlines.jpg")
    'two\\nlines.jpg'
    """
    return "".join(map(_escape, text))


def _escape(character):
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":  # a byte that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return ascii(character)[1:-1]
