"""`outreach scheduler` on a machine whose clock somebody sets while it works.

    python -m tests.crash.set_clock FILE

FILE holds by how many seconds the clock is wrong. Only the wall clock moves, as on a real machine.
"""

import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import time_machine

from outreach.cli import run


def follow(file: Path, clock: time_machine.Traveller) -> None:
    """Set the clock whenever the file says something else, for as long as the process lives."""
    wrong_by = 0.0
    while True:
        asked = float(file.read_text() or wrong_by)
        if asked != wrong_by:
            clock.shift(timedelta(seconds=asked - wrong_by))
            wrong_by = asked
        time.sleep(0.01)


if __name__ == "__main__":
    with time_machine.travel(time.time(), tick=True) as clock:
        threading.Thread(target=follow, args=(Path(sys.argv[1]), clock), daemon=True).start()
        sys.argv[1:] = ["scheduler"]
        run()
