"""`make bench`: run every benchmark, each in a process of its own, and print one table."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def main() -> int:
    """Run them all; exit 1 if one could not finish."""
    console, failed = Console(), 0
    table = Table("benchmark", "figure", "value", "target", title="Outreach figures")
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        console.print(f"[dim]{path.stem} ...[/dim]")
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{path.stem}", "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            failed += 1
            table.add_row(path.stem, "did not finish", done.stderr.strip()[-200:], "")
            continue
        for figure in _figures(done.stdout):
            table.add_row(path.stem, *figure)
    console.print(table)
    return 1 if failed else 0


def _figures(printed: str) -> list[tuple[str, str, str]]:
    """Each benchmark prints {"figures": [{"name", "value", "unit", "target"}, ...]}."""
    figures: list[dict[str, Any]] = json.loads(printed)["figures"]
    return [
        (
            str(figure["name"]),
            f"{figure['value']:,.4g} {figure.get('unit', '')}".strip(),
            str(figure.get("target", "")),
        )
        for figure in figures
    ]


if __name__ == "__main__":
    sys.exit(main())
