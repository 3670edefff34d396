"""`outreach page test` and `outreach report screening` as a person runs them."""

import json

from tests.integration.cli.conftest import Outreach, sentence


def test_a_test_page_that_no_scheduler_sends_is_said_to_wait(
    outreach: Outreach, riverside: str
) -> None:
    result = outreach("page", "test", "--program", riverside, "--wait", "0")

    assert result.exit_code == 1
    assert "lead" in result.output
    assert "waiting" in result.output
    assert "outreach doctor" in result.output


def test_an_unknown_person_is_a_sentence(outreach: Outreach, riverside: str) -> None:
    result = outreach("page", "test", "--program", riverside, "--person", "nobody")

    assert "lead" in sentence(result)


def test_the_screening_report_is_honest_before_anything_was_read(
    outreach: Outreach, riverside: str
) -> None:
    told = outreach("report", "screening", "--program", riverside)
    figures = json.loads(outreach("report", "screening", "--program", riverside, "--json").output)

    assert "nobody knows what is missed" in told.output
    assert (figures["replies"], figures["miss_rate"]) == (0, None)
