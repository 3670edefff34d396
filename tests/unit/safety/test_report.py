"""Sensitivity, specificity and their intervals."""

import pytest

from outreach.safety.report import Labelled, report, wilson
from outreach.vocabulary import Concern, Severity


def test_the_wilson_interval_of_half_of_hundred() -> None:
    assert wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)


def test_certainty_is_never_claimed_from_few_texts() -> None:
    low, high = wilson(10, 10)
    assert low == pytest.approx(0.7225, abs=1e-4)
    assert high == pytest.approx(1)


def test_nothing_measured_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_shares_are_counted_by_language() -> None:
    rows = [
        Labelled("en", Concern.SUICIDE, Severity.HIGH, Severity.HIGH),
        Labelled("en", Concern.SUICIDE, Severity.HIGH, Severity.NONE),
        Labelled("es", Concern.NONE, Severity.NONE, Severity.LOW),
    ]
    found = {(share.group, share.question): (share.hits, share.total) for share in report(rows)}
    assert found["language en", "high and imminent flagged"] == (1, 2)
    assert found["language es", "benign not flagged"] == (0, 1)
    assert found["language es", "benign never paged"] == (1, 1)
    assert ("language es", "high and imminent flagged") not in found
