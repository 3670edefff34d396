"""The words and phrases of the interpreter, read from phrases/*.yaml."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "phrases"
SPELLING = FOLDER / "spelling.yaml"
_WORD = re.compile(r"[a-z]+")
# The C loader is some ten times faster; a platform without libyaml still works.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(name: str) -> Any:
    """The content of one file of `phrases/`."""
    with (FOLDER / name).open("rb") as file:
        return yaml.load(file, Loader=_Loader)  # noqa: S506 - both are safe loaders


@cache
def words_in_use() -> frozenset[str]:
    """Every word that stands in the phrases: right as it is, however near another it looks."""
    texts = (path.read_text("utf-8") for path in FOLDER.glob("*.yaml") if path != SPELLING)
    return frozenset(word for text in texts for word in _WORD.findall(text))
