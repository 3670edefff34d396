"""A second reader may add or raise flags after the commit, and nothing else."""

import pytest

from outreach.models import Counter, Reply
from outreach.safety.second_reader import SecondOpinion, SecondReader, read_again, second_reader
from outreach.settings import SettingsError, load_settings
from outreach.vocabulary import Concern, FlagReason, Severity
from tests.integration.inbound.place import Place

CRY = "i want to kill myself"


class WaterReader:
    """Worried by lakes; fails at rivers."""

    def read(self, text: str) -> SecondOpinion | None:
        if "river" in text:
            raise ConnectionError(text)
        return SecondOpinion(Concern.DISTRESS, Severity.MODERATE) if "lake" in text else None


def test_it_adds_a_flag_and_reads_each_reply_once(place: Place) -> None:
    place.client()
    place.text("going down to the lake with my dog")
    place.text("the weather is nice")
    assert not place.flags()

    assert read_again(place.database, WaterReader(), now=place.clock.time) == 2
    assert read_again(place.database, WaterReader(), now=place.clock.time) == 0

    flag = place.flag()
    assert (flag.reason, flag.severity) == (FlagReason.CONCERN, Severity.MODERATE)


def test_it_lowers_nothing(place: Place) -> None:
    place.client()
    place.text(f"{CRY} at the lake")
    before = place.flag()

    read_again(place.database, WaterReader(), now=place.clock.time)

    assert (place.flag().severity, place.flag().version) == (before.severity, before.version)


def test_its_failure_loses_no_flag_and_says_no_word(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.client()
    place.text(f"{CRY} in the river")

    read_again(place.database, WaterReader(), now=place.clock.time)

    assert place.flag().concern == Concern.SUICIDE
    assert place.rows(Reply)[0].second_severity == "failed"
    assert place.rows(Counter, name="metric:second_reader_failed")[0].value == 1
    shown = capsys.readouterr()
    assert "in the river" not in shown.out + shown.err


def named(name: str) -> SecondReader | None:
    return second_reader(load_settings(environ={"OUTREACH_SECOND_READER": name}))


def test_the_setting_names_it() -> None:
    assert second_reader(load_settings(environ={})) is None
    assert isinstance(named(f"{__name__}:WaterReader"), WaterReader)


@pytest.mark.parametrize("name", ["no.such.module:Reader", f"{__name__}:Nobody", "nonsense"])
def test_a_wrong_name_stops_the_start(name: str) -> None:
    with pytest.raises(SettingsError, match="OUTREACH_SECOND_READER"):
        named(name)
