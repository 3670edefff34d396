"""Train the reader's second vote, outreach/replies/vote.py, on the replies of replies/*.csv.

    python -m tests.corpora.train_reply_vote [--write]

Prints how often the vote alone reads the replies of each writer right whom it has not seen, then
(with --write) trains on all writers and writes vote.json. Needs scikit-learn.
"""

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from outreach.ngrams import Features
from outreach.replies.consent import read_consent
from outreach.replies.normalise import fold
from outreach.replies.text import Text
from outreach.replies.vote import LEAVING, UNIT, VOTE_FILE, features, fits, label
from outreach.replies.words import split_words
from outreach.replies.wrapping import own_words
from outreach.vocabulary import Intent, PromptKind
from tests.corpora.tables import shared

CORPUS = Path(__file__).parent / "replies"
UNASKED = Path(__file__).parent / "screening"
"""Texts that nobody wrote as replies. They show the heads of leaving what people say who stay."""
SAYINGS = Path(__file__).parents[1] / "unit" / "replies" / "sayings.csv"
STRENGTH = 20.0
"""Inverse regularisation; 10 reads half a point less of an unseen writer."""
ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
RAREST = 2
"""Replies that must hold a feature for it to count."""
SMALLEST = 0.35
"""Weights below it are left out: most of them, and one reading in 700 changes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply."""

    writer: str
    prompt: PromptKind
    meaning: str
    features: Features
    leaves: bool
    """Whether phrases read it as the end of all texts."""


def read_corpus() -> list[Row]:
    """Every labelled reply; the sayings, written for the rules, count as one writer's."""
    return [
        _row(path.stem, row)
        for path in [*sorted(CORPUS.glob("*.csv")), SAYINGS]
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(keepends=True))
    ]


def _row(writer: str, row: dict[str, str]) -> Row:
    words, prompt = split_words(own_words(fold(row["text"]).text)), PromptKind(row["prompt"])
    found = read_consent(Text(words, prompt, ANY_MOMENT)) if words.said else []
    return Row(
        writer,
        prompt,
        label(Intent(row["intent"]), row["value"]),
        features(words, prompt),
        leaves=any(each.intent in LEAVING for each in found),
    )


def read_unasked() -> list[Row]:
    """The screener's texts as replies to nothing, without those that phrases read as leaving."""
    rows = (
        _row(path.stem, {"text": row["text"], "prompt": "none", "intent": "note", "value": ""})
        for path in sorted(UNASKED.glob("*.csv"))
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(keepends=True))
    )
    return [row for row in rows if not row.leaves]


class Heads:
    """One logistic regression a meaning, over the features that are not too rare."""

    def __init__(self, rows: Sequence[Row], unasked: Sequence[Row]) -> None:
        table, more = _table(rows), _table(unasked)
        seen = np.asarray((table > 0).sum(axis=0)).ravel()
        self.places = np.flatnonzero(seen >= RAREST)
        table, more = table[:, self.places], more[:, self.places]
        both = vstack([table, more])
        meant = np.array([row.meaning for row in rows])
        self.meanings = sorted(set(meant.tolist()))
        self.bias, weights = [], []
        for meaning in self.meanings:
            wanted = meant == meaning
            if meaning in LEAVING:
                head = _head().fit(both, np.concatenate([wanted, [False] * len(unasked)]))
            else:
                head = _head().fit(table, wanted)
            self.bias.append(float(head.intercept_[0]))
            weights.append(head.coef_[0])
        raw = np.vstack(weights)
        self.weights = np.where(abs(raw) < SMALLEST, 0.0, raw)

    def meant(self, rows: Sequence[Row]) -> list[str]:
        """The likeliest meaning of each reply among those that fit its prompt."""
        odds = _table(rows)[:, self.places] @ self.weights.T + self.bias
        for at, meaning in enumerate(self.meanings):
            odds[[not fits(meaning, row.prompt) for row in rows], at] = -np.inf
        return [self.meanings[at] for at in odds.argmax(axis=1)]

    def as_json(self) -> str:
        """The weights as the package reads them, feature by feature."""
        whole = np.rint(self.weights * UNIT).astype(int)
        kept = np.flatnonzero((whole != 0).any(axis=0))
        model = {
            "meanings": self.meanings,
            "bias": [round(each * UNIT) for each in self.bias],
            "places": self.places[kept].tolist(),
            "counts": (whole[:, kept] != 0).sum(axis=0).tolist(),
            "which": [int(at) for place in kept for at in np.flatnonzero(whole[:, place])],
            "weights": [int(whole[at, p]) for p in kept for at in np.flatnonzero(whole[:, p])],
        }
        return json.dumps(model, separators=(",", ":")) + "\n"


def _head() -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)


def _table(rows: Sequence[Row]) -> csr_matrix:
    words, letters = (
        [getattr(row.features, kind) for row in rows] for kind in ("words", "letters")
    )
    return csr_matrix(shared(words) + shared(letters))


def print_shares(rows: Sequence[Row], unasked: Sequence[Row], writers: Iterable[str]) -> None:
    """For each writer, the share read right by heads that have not seen that writer."""
    for writer in writers:
        heads = Heads([row for row in rows if row.writer != writer], unasked)
        its = [row for row in rows if row.writer == writer and _is_asked(row)]
        right = [row.meaning == meant for row, meant in zip(its, heads.meant(its), strict=True)]
        click.echo(f"{writer:10} {len(its):5}  {np.mean(right):6.1%}")


def _is_asked(row: Row) -> bool:
    """Whether the vote may answer: a score is read from its number."""
    return not (row.prompt is PromptKind.SCALE and row.meaning == Intent.ANSWER)


def main() -> None:
    """Print the shares of unseen writers; with --write, train on all and write."""
    rows, unasked = read_corpus(), read_unasked()
    if "--write" in sys.argv:
        heads = Heads(rows, unasked)
        VOTE_FILE.write_text(heads.as_json(), encoding="utf-8")
        click.echo(f"{VOTE_FILE.name}: {VOTE_FILE.stat().st_size / 1e6:.2f} MB")
        return
    print_shares(rows, unasked, sorted({row.writer for row in rows} - {SAYINGS.stem}))


if __name__ == "__main__":
    main()
