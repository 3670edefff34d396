"""Memory of the process that plans and releases, with many clients enrolled (on Linux).

A process of its own loads what the scheduler loads, then plans new clients and releases their
texts from a database in which a million others wait for theirs. Its peak is the system's count.

    python -m bench.memory [--enrolled 1000000] [--json]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.release import DUE, NOW, crowd, figure, people, timed
from outreach import heap, vault
from outreach.campaigns.planner import plan_dirty
from outreach.campaigns.release import release_due
from outreach.content.library import default_directory, load
from outreach.database import Database

NEW = 5_000
"""Clients who are planned for the first time and get two texts."""


def main() -> None:
    """Build the database, then measure in a process that has done nothing else."""
    given = _arguments()
    vault.install(vault.Vault([bytes(32)]))  # both processes must have the same
    if given.inside:
        print(json.dumps(_inside(given.inside)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crowd.sqlite"
        database = crowd(path, given.enrolled)
        people(database, NEW)
        database.dispose()
        found = json.loads(_child(path))
    figures = _figures(found, f"{given.enrolled:,}")
    if given.json:
        print(json.dumps({"figures": figures}))
        return
    for one in figures:
        target = f"   (target {one['target']})" if one["target"] else ""
        print(f"{one['name']:<48} {one['value']:>12,.2f} {one['unit']}{target}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--enrolled", type=int, default=1_000_000)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _child(path: Path) -> str:
    command = [sys.executable, "-m", "bench.memory", "--inside", str(path)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _inside(path: Path) -> dict[str, float]:
    import outreach.scheduler  # noqa: F401  with all that it brings along

    library, database = load(default_directory()), Database(f"sqlite:///{path}")
    heap.settle()
    loaded = _peak()
    planned, planning = timed(lambda: plan_dirty(database, now=NOW, limit=NEW))
    released, release = timed(lambda: release_due(database, library, now=DUE, limit=2 * NEW))
    assert planned == NEW
    assert released == 2 * NEW
    return {
        "loaded": loaded,
        "peak": _peak(),
        "planned": planned / planning.core,
        "released": released / release.core,
    }


def _peak() -> float:
    """Megabytes at most so far. `getrusage` would count what our parent had when it forked."""
    status = Path("/proc/self/status").read_text("utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _figures(found: dict[str, float], enrolled: str) -> list[dict[str, Any]]:
    return [
        figure("memory once loaded", found["loaded"], "MB"),
        figure(f"peak memory, {enrolled} enrolled", found["peak"], "MB", "< 250 MB"),
        figure(f"plan a client among {enrolled}", found["planned"], "clients/s of one core"),
        figure(f"release among {enrolled}", found["released"], "touchpoints/s of one core"),
    ]


if __name__ == "__main__":
    main()
