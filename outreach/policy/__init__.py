"""Whether a text may go out now: pure functions that answer Send, Hold until, or Skip."""
