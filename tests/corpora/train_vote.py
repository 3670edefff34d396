"""Train the screener's second vote, outreach/safety/vote.py, on the texts of screening/*.csv.

    python -m tests.corpora.train_vote            cross-validation over writers: the table
    python -m tests.corpora.train_vote --write    the same, then vote.json trained on every writer

Needs scikit-learn, which the service does not. Every writer is scored by a model that has not seen
that writer, and the thresholds are chosen on those scores, so that they hold for new voices. Rules
and vote share the reading of words: train again when the rules have changed much.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from math import ceil
from statistics import mean
from typing import NamedTuple

import click
import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from outreach.safety.vote import (
    FEWEST_TO_CALM,
    UNIT,
    VOTE_FILE,
    Opinion,
    Thresholds,
    enough,
    read_model,
)
from outreach.vocabulary import Concern, Severity
from tests.corpora.tables import counts, shared
from tests.corpora.texts import Row, read_classes, read_corpus

RAREST = 2
"""Texts that must hold a feature for it to count; of a bucket's features together."""
STRENGTH = 15.0
"""Inverse regularisation; 10 to 20 give the same within half a point, 5 one point less."""
IDF_SCALE = 6.0
"""About the mean inverse document frequency: keeps the rows near length one."""
WEIGHT = {
    Severity.NONE: 2.0,
    Severity.LOW: 0.1,
    Severity.MODERATE: 1.0,
    Severity.HIGH: 5.0,
    Severity.IMMINENT: 5.0,
}
"""What a mistake costs. Low texts lie between the classes and blur both."""
CONCERN_STRENGTH = 15.0
"""The same for naming the concern, where few weights do better than many (73 to 80% of the concerns
of an unseen writer right, instead of 37 to 56%)."""
BENIGN_RAISED, BENIGN_UNNAMED = 0.043, 0.008
"""Shares of the difficult benign texts that the vote may flag: those that name a danger, and those
that name none."""
BENIGN_MODERATE, BENIGN_PAGED = 0.015, 0.007
"""Shares of them that it may call moderate and high."""
EVERYDAY_MODERATE, EVERYDAY_PAGED = 0.003, 0.002
"""The same for ordinary texts."""
MODERATE_RAISED, URGENT_CALMED = 0.03, 0.01
"""Shares of the moderate texts that it may raise where a rule has called them so, and of the high
ones that it may call moderate. All these are shares of all such texts, whatever the rules say: the
rules were written with the texts at hand, and what they leave over here says little of new ones."""
Opinions = Sequence[Opinion | None]


class Heads:
    """The trained heads over one table of features."""

    def __init__(self, rows: Sequence[Row]) -> None:
        held = counts(row.features.words | row.features.letters for row in rows)
        seen = np.asarray(held.sum(axis=0)).ravel()
        rarity = (np.log((1 + len(rows)) / (1 + seen)) + 1) / IDF_SCALE
        self._idf = np.where(seen < RAREST, 0.0, rarity)
        table, costs = self._table(rows), [WEIGHT[row.severity] for row in rows]
        self.review = _head().fit(table, [row.severity.rank > 0 for row in rows], costs)
        self.page = _head().fit(table, [row.urgent for row in rows])

    def opinions(self, rows: Sequence[Row]) -> list[Opinion]:
        """What scikit-learn says of every row."""
        table = self._table(rows)
        pairs = zip(
            self.review.decision_function(table), self.page.decision_function(table), strict=True
        )
        return [Opinion(float(review), float(page)) for review, page in pairs]

    def weights(self, head: LogisticRegression) -> list[int]:
        """A head's weights in thousandths, with the rarity of each feature folded in."""
        return np.rint(head.coef_[0] * self._idf * UNIT).astype(int).tolist()

    def concerns(self, rows: Sequence[Row]) -> dict[str, tuple[int, dict[int, int]]]:
        """Bias and weights per concern over words and pairs, trained on what needs a person."""
        needy = [row for row in rows if row.concern is not Concern.NONE]
        table, named = self._words(needy), np.array([row.concern.value for row in needy])
        heads = {
            each.value: _head(CONCERN_STRENGTH, sparse=True).fit(table, named == each)
            for each in Concern
            if each in named
        }
        return {
            name: (
                round(float(head.intercept_[0]) * UNIT),
                {place: weight for place, weight in enumerate(self.weights(head)) if weight},
            )
            for name, head in heads.items()
        }

    def _table(self, rows: Sequence[Row]) -> csr_matrix:
        letters = [row.features.letters for row in rows]
        return csr_matrix(self._words(rows) + shared(letters) @ diags(self._idf))

    def _words(self, rows: Sequence[Row]) -> csr_matrix:
        return csr_matrix(shared([row.features.words for row in rows]) @ diags(self._idf))


def _head(strength: float = STRENGTH, *, sparse: bool = False) -> LogisticRegression:
    return LogisticRegression(
        C=strength, l1_ratio=int(sparse), solver="liblinear", max_iter=300, random_state=0
    )


def cross_validate(rows: Sequence[Row]) -> list[Opinion | None]:
    """Each row's opinion by heads that have not seen its writer, in the order of the rows.

    None where the vote does not speak: too few words, or context has weighed what was found.
    """
    opinions: dict[int, Opinion] = {}
    for writer in sorted({row.writer for row in rows}):
        heads = Heads([row for row in rows if row.writer != writer])
        places = [place for place, row in enumerate(rows) if row.writer == writer]
        opinions |= zip(places, heads.opinions([rows[place] for place in places]), strict=True)
    return [
        opinions[place] if enough(row.words) and not row.weighed else None
        for place, row in enumerate(rows)
    ]


def choose(rows: Sequence[Row], opinions: Opinions) -> Thresholds:
    """The lowest thresholds that keep what may go wrong within its bounds."""
    benign = np.array([row.severity is Severity.NONE and not row.everyday for row in rows])
    everyday = np.array([row.everyday for row in rows])
    silent = np.array([row.found is Severity.NONE for row in rows])
    named = np.array([row.named for row in rows])
    lesser = np.array([row.severity is Severity.MODERATE for row in rows])
    moderate = np.array([row.found is Severity.MODERATE for row in rows])
    high = np.array([row.severity is Severity.HIGH for row in rows])
    alarm = np.array([each.alarm if each else -np.inf for each in opinions])
    urgency = np.array([each.urgency if each else -np.inf for each in opinions])

    def reached(which: np.ndarray, share: float, of: np.ndarray) -> float:
        return _reached_by(urgency[which & of], share * of.sum())

    return Thresholds(
        review=_reached_by(alarm[benign & silent & named], BENIGN_RAISED * benign.sum()),
        unnamed=_reached_by(alarm[benign & silent & ~named], BENIGN_UNNAMED * benign.sum()),
        moderate=max(
            reached(silent, BENIGN_MODERATE, benign), reached(silent, EVERYDAY_MODERATE, everyday)
        ),
        page=max(reached(named, BENIGN_PAGED, benign), reached(named, EVERYDAY_PAGED, everyday)),
        raises=_reached_by(urgency[moderate & lesser], MODERATE_RAISED * lesser.sum()),
        calm=-_reached_by(-urgency[high & (urgency > -np.inf)], URGENT_CALMED * high.sum()),
    )


def _reached_by(scores: np.ndarray, most: float) -> float:
    """The lowest threshold that at most so many of these scores reach, with two decimals."""
    ordered = np.sort(scores)[::-1]
    return ceil(100 * float(ordered[min(int(max(most, 0)), len(ordered) - 1)]) + 0.01) / 100


class _Ranks(NamedTuple):
    """How grave a text is by the rules, by the vote and by both."""

    row: Row
    rules: int
    vote: int
    both: int


def print_table(rows: Sequence[Row], opinions: Opinions, thresholds: Thresholds) -> None:
    """Rules, vote and both, on writers that the vote had not seen."""
    click.echo(str(thresholds))
    click.echo(f"{'vote trained on the other writers':50} texts  rules   vote   both")
    ranks = [
        _Ranks(
            row,
            row.found.rank,
            _settled(thresholds, row, Severity.NONE, each).rank,
            _settled(thresholds, row, row.found, each).rank,
        )
        for row, each in zip(rows, opinions, strict=True)
    ]
    for question, asked, holds in _QUESTIONS:
        _print_shares(question, [each for each in ranks if asked(each.row)], holds)
    for writer in sorted({row.writer for row in rows if not row.everyday}):
        its = [each for each in ranks if each.row.writer == writer]
        for question, asked, holds in _QUESTIONS[:2]:
            _print_shares(f"{writer}: {question}", [each for each in its if asked(each.row)], holds)


def _settled(
    thresholds: Thresholds, row: Row, found: Severity, opinion: Opinion | None
) -> Severity:
    if opinion is None:
        return found
    settled = thresholds.settle(found, opinion, named=row.named)
    calms = settled.rank < found.rank and not enough(row.words, FEWEST_TO_CALM)
    return found if calms else settled


def _print_shares(question: str, ranks: Sequence[_Ranks], holds: Callable[[int], bool]) -> None:
    if not ranks:
        return
    columns = ([each.rules for each in ranks], [each.vote for each in ranks])
    shares = "  ".join(
        f"{mean(map(holds, column)):5.1%}" for column in (*columns, [each.both for each in ranks])
    )
    click.echo(f"{question:50} {len(ranks):5}  {shares}")


def _is_benign(row: Row) -> bool:
    return row.severity is Severity.NONE and not row.everyday


_QUESTIONS: list[tuple[str, Callable[[Row], bool], Callable[[int], bool]]] = [
    ("high and imminent flagged", lambda row: row.urgent, lambda rank: rank > 0),
    ("benign not flagged", _is_benign, lambda rank: rank == 0),
    (
        "en: high and imminent flagged",
        lambda row: row.urgent and row.language == "en",
        lambda rank: rank > 0,
    ),
    (
        "es, mix: high and imminent flagged",
        lambda row: row.urgent and row.language != "en",
        lambda rank: rank > 0,
    ),
    ("high and imminent graded high or above", lambda row: row.urgent, lambda rank: rank > 2),
    ("moderate and low flagged", lambda row: 0 < row.severity.rank < 3, lambda rank: rank > 0),
    ("moderate not paged", lambda row: row.severity is Severity.MODERATE, lambda rank: rank < 3),
    ("benign never paged", _is_benign, lambda rank: rank < 3),
    ("ordinary flagged", lambda row: row.everyday, lambda rank: rank > 0),
    ("ordinary moderate or above", lambda row: row.everyday, lambda rank: rank > 1),
    ("ordinary paged", lambda row: row.everyday, lambda rank: rank > 2),
]


def main() -> None:
    """Cross-validate, choose the thresholds, print the table; with --write, train and write."""
    classes = read_classes()
    rows = read_corpus(classes)
    opinions = cross_validate(rows)
    thresholds = choose(rows, opinions)
    print_table(rows, opinions, thresholds)
    if "--write" in sys.argv:
        heads = Heads(rows)
        VOTE_FILE.write_text(_as_json(heads, rows, classes, thresholds), encoding="utf-8")
        click.echo(f"{VOTE_FILE.name}: {VOTE_FILE.stat().st_size / 1e6:.2f} MB")
        click.echo(f"largest difference from scikit-learn: {_difference(heads, rows):.4f}")


def _as_json(
    heads: Heads, rows: Sequence[Row], classes: dict[str, str], thresholds: Thresholds
) -> str:
    model = {
        "thresholds": asdict(thresholds),
        "bias": [round(float(head.intercept_[0]) * UNIT) for head in (heads.review, heads.page)],
        "classes": classes,
        "concerns": heads.concerns(rows),
        "review": heads.weights(heads.review),
        "page": heads.weights(heads.page),
    }
    return json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n"


def _difference(heads: Heads, rows: Sequence[Row]) -> float:
    """How far the written weights, scored without scikit-learn, are from it at worst."""
    model = read_model(VOTE_FILE.read_text(encoding="utf-8"))
    pairs = [
        (model.opinion(row.words), wanted)
        for row, wanted in zip(rows, heads.opinions(rows), strict=True)
    ]
    return max(
        max(abs(ours.review - wanted.review), abs(ours.page - wanted.page))
        for ours, wanted in pairs
        if ours
    )


if __name__ == "__main__":
    main()
