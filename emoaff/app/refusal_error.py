class RefusalError(Exception):
    """What the page does not do, and why.

    Args:
        sentence: For the person who asked.
        status: Of HTTP.

    Example:
    >>> RefusalError("Expected a file. Received none.", 400).status
    400
    """

    def __init__(self, sentence: str, status: int = 400):
        super().__init__(sentence)
        self.status = status
