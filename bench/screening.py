"""Screening and reading: milliseconds a text, of 160 ordinary characters and of 1,600 hostile ones.

Times are CPU times of this process, so that neighbours on the machine weigh less.

    python -m bench.screening [--json]
"""

import argparse
import csv
import json
import random
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

from outreach import heap
from outreach.vocabulary import PromptKind

CORPUS = Path(__file__).parents[1] / "tests" / "corpora" / "screening"
TEXTS, LENGTH, LONGEST = 600, 160, 1600
NOW, ZONE = datetime(2026, 11, 18, 15, 4, tzinfo=UTC), ZoneInfo("America/Chicago")
HOSTILE = ("a ", "i want to ", "i want to die ", "s*", "s.u.i.c.i.d.e ", "😭🔪💊", ". ", "not ")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    figures = measure()
    if as_json:
        print(json.dumps({"figures": figures}))
        return
    for figure in figures:
        print(f"{figure['name']:44} {figure['value']:9.2f} {figure['unit']:4} {figure['target']}")


def measure() -> list[dict[str, Any]]:
    """The figures, each with its target."""
    before, began = _memory(), time.process_time()
    from outreach.safety.screen import screen

    imported, import_grown = _since(began), _memory() - before
    began = time.process_time()
    screen("ok")
    loaded, grown = _since(began), _memory() - before

    def cost(read: Callable[[str], object], text: str) -> float:
        start = time.process_time()
        read(text)
        return _since(start)

    def both(text: str) -> None:
        screen(text)
        _read(text)

    for text in _texts(["everyday2.csv"]):  # other people's: a service has read some before
        both(text)
    heap.settle()  # as the service does once all is loaded
    ordinary = _texts(["everyday1.csv"])
    screened = [cost(screen, text) for text in ordinary]
    understood = [cost(both, text) for text in ordinary]
    worrying = [cost(screen, text) for text in _texts(["w1.csv", "w2.csv", "w3.csv", "w4.csv"])]
    hostile = [(piece * LONGEST)[:LONGEST] for piece in HOSTILE]
    hostile += _texts(["w1.csv", "w2.csv"], pieces=80, length=LONGEST)
    return [
        _figure("screening: ordinary 160 characters, median", median(screened), ""),
        _figure("screening: ordinary 160 characters, p99", _p99(screened), ""),
        _figure("screening: worrying 160 characters, median", median(worrying), ""),
        _figure("screening: worrying 160 characters, p99", _p99(worrying), "< 5"),
        _figure("screening and reading: ordinary, median", median(understood), "< 1.2"),
        _figure("screening and reading: ordinary, p99", _p99(understood), "< 5"),
        _figure("screening: hostile 1,600, worst", max(cost(screen, each) for each in hostile),
                "< 50"),
        _figure("reading: hostile 1,600, worst", max(cost(_read, each) for each in hostile),
                "< 50"),
        _figure("screening: import", imported, "< 100"),
        _figure("screening: memory of the import", import_grown, "< 30", "MB"),
        _figure("screening: rules and vote at first use", loaded, ""),
        _figure("screening: memory with rules and vote", grown, "", "MB"),
    ]  # fmt: skip


def _read(text: str) -> None:
    """The interpreter, with nothing pending."""
    from outreach.replies.interpret import interpret

    interpret(text, prompt=PromptKind.NONE, lang="en", now=NOW, tz=ZONE)


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[98]


def _texts(names: list[str], *, pieces: int = 8, length: int = LENGTH) -> list[str]:
    """Texts of `length` characters made of whole corpus texts in a fixed random order."""
    pool = [
        row["text"]
        for name in names
        for row in csv.DictReader((CORPUS / name).open(encoding="utf-8", newline=""))
    ]
    pick = random.Random(7)
    return [" ".join(pick.choices(pool, k=pieces))[:length] for _ in range(TEXTS)]


def _figure(name: str, value: float, target: str, unit: str = "ms") -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "target": target}


def _since(began: float) -> float:
    return (time.process_time() - began) * 1000


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
