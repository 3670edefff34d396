"""The collector of a process that plans and releases: one place for its settings."""

import gc

_NEW_OBJECTS = 10_000
"""A release makes thousands of values per batch and no cycles; Python's default looks through them
after every 700, which took a thirtieth of a large release."""


def settle() -> None:
    """After loading: what is there stays, and new objects are looked through seldom."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.collect()
    gc.freeze()
