"""The labelled texts of the screener's corpora, each with what the rules make of it."""

import csv
from dataclasses import dataclass
from pathlib import Path

import yaml

from outreach.ngrams import Features
from outreach.replies.normalise import fold
from outreach.safety.screen import mentions, screen_by_rules, words_read
from outreach.safety.vote import VOTE_FILE, features
from outreach.vocabulary import Concern, Severity

CORPUS = Path(__file__).parent / "screening"
CLASSES = VOTE_FILE.parent / "rules" / "words.yaml"
EVERYDAY, STORIES = "everyday", "stories"
"""Files of ordinary texts, which nobody chose to be difficult, and harmless stories. Each is of
one kind, so its writers are left out by thirds and not all at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text, read by the rules. `weighed`: context has changed it;
    `named`: a rule fitted, or it names a danger."""

    writer: str
    language: str
    concern: Concern
    severity: Severity
    words: list[str]
    features: Features
    found: Severity
    weighed: bool
    named: bool

    @property
    def everyday(self) -> bool:
        """Whether it is one of the ordinary texts."""
        return self.writer.startswith(EVERYDAY)

    @property
    def urgent(self) -> bool:
        """Whether a person must look within the hour."""
        return self.severity.rank >= Severity.HIGH.rank


def read_corpus(classes: dict[str, str]) -> list[Row]:
    """Every labelled text, with what the rules make of it."""
    return [
        _row(path.stem, row, classes)
        for path in sorted(CORPUS.glob("*.csv"))
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(keepends=True))
    ]


def _row(source: str, row: dict[str, str], classes: dict[str, str]) -> Row:
    found, words = screen_by_rules(row["text"]), words_read(row["text"])
    return Row(
        writer=_left_out_with(source, row["writer"]),
        language=row["lang"],
        concern=Concern(row["concern"]),
        severity=Severity(row["severity"]),
        words=words,
        features=features(words, classes),
        found=found.severity,
        weighed=bool(found.context),
        named=found.concern is not Concern.NONE or bool(mentions(words)),
    )


def _left_out_with(source: str, writer: str) -> str:
    kind = source.rstrip("0123456789")
    return f"{kind}{ord(writer[-1]) % 3}" if kind in {EVERYDAY, STORIES} else source


def read_classes() -> dict[str, str]:
    """Word -> the smallest class of words.yaml that lists it as a plain word."""
    blocks = yaml.safe_load(CLASSES.read_text(encoding="utf-8"))
    listed = {name: _plain_words(str(block)) for name, block in blocks.items()}
    classes: dict[str, str] = {}
    for name in sorted(listed, key=lambda each: (-len(listed[each]), each)):
        classes |= dict.fromkeys(listed[name], "{" + name + "}")
    return dict(sorted(classes.items()))


def _plain_words(block: str) -> list[str]:
    phrases = fold(block).text.replace("\n", ",").split(",")
    return [phrase.strip() for phrase in phrases if phrase.strip().isalnum()]
