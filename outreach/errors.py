"""The root of errors that are a person's to mend: what is wrong, where, and what to do."""


class OutreachError(Exception):
    """Shown to a person as one sentence, without a traceback.

    `code` is stable and for machines; the message is for people and never holds a client's
    words or number.
    """

    code: str = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
