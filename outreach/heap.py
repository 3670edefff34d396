"""Python's garbage collector in a process that runs for long: one place for its settings."""

import gc
from functools import cache

_NEW_OBJECTS = 10_000
"""A release makes thousands of values per batch and no cycles; Python's default looks through them
after every 700, which took a thirtieth of a large release."""


@cache
def settle() -> None:
    """After loading: what is there stays, and new objects are looked through seldom.

    Else a pass over the loaded rules, 60 ms, falls into somebody's reply now and then. Once a
    process; again it does nothing.
    """
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.collect()
    gc.freeze()
