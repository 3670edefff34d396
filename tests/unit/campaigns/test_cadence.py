"""When a campaign owes a text: rules, spreads, wishes, clock changes and month ends."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.campaigns.cadence import (
    Cadence,
    Slot,
    before_visit,
    check_schedule,
    slot_days,
    slots,
)
from outreach.policy.wishes import Wishes, wishes_of
from outreach.programs.file import Schedule

CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 11, 18)
RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,TH",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=YEARLY",
        "FREQ=DAILY;COUNT=40",
        "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15,30",
        "FREQ=WEEKLY;UNTIL=20280101",
    ]
)
ZONES = st.sampled_from(
    ["America/Chicago", "Europe/Dublin", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo"]
).map(ZoneInfo)
WISHES = st.builds(
    wishes_of,
    st.sampled_from([None, "08:30", "23:15", "02:30"]),
    st.sampled_from([None, "morning", "evening"]),
    st.sampled_from([None, "-SA,SU", "+MO,WE", "-MO", "+SU"]),
    st.sampled_from([None, "less", "more"]),
)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


def days(
    rule: str, anchor: date, first: date, count: int, wishes: Wishes | None = None
) -> list[str]:
    cadence = Cadence("c", Schedule(rrule=rule, at="09:30"), anchor)
    found = slot_days(cadence, wishes or Wishes(), first=first)
    return [f"{day:%m-%d}" for day in islice(found, count)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY", ["01-30", "01-31", "02-01"]),
        ("FREQ=WEEKLY;BYDAY=MO", ["02-01", "02-08", "02-15"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["01-31", "02-28", "03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=30", ["01-30", "02-28", "03-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15,31", ["01-31", "02-15", "02-28"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["01-31", "02-28", "03-31"]),
        ("FREQ=MONTHLY;BYDAY=1MO", ["02-01", "03-01", "04-05"]),
        ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4", ["07-04", "07-04", "07-04"]),
    ],
)
def test_a_rule_gives_its_days_and_a_month_without_the_day_its_last(
    rule: str, expected: list[str]
) -> None:
    assert days(rule, date(2027, 1, 1), date(2027, 1, 30), 3) == expected


def test_monthly_from_the_31st_means_the_last_day_of_each_month() -> None:
    assert days("FREQ=MONTHLY", date(2027, 1, 31), date(2027, 2, 1), 3) == [
        "02-28",
        "03-31",
        "04-30",
    ]


def test_every_second_week_is_counted_from_the_day_it_starts_on() -> None:
    rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
    assert days(rule, date(2020, 1, 6), TODAY, 3) == ["11-30", "12-14", "12-28"]
    assert days(rule, date(2020, 1, 13), TODAY, 3) == ["11-23", "12-07", "12-21"]


def test_every_week_is_the_weekday_of_its_anchor() -> None:
    cadence = Cadence("c", Schedule(every="week", at="09:30"), date(2026, 11, 17))
    found = islice(slot_days(cadence, Wishes(), first=TODAY), 2)
    assert [f"{day:%a %d}" for day in found] == ["Tue 24", "Tue 01"]


def test_count_and_until_end_a_rule() -> None:
    assert days("FREQ=DAILY;COUNT=3", TODAY, TODAY, 9) == ["11-18", "11-19", "11-20"]
    assert days("FREQ=DAILY;UNTIL=20261119", TODAY, TODAY, 9) == ["11-18", "11-19"]


def test_less_is_every_second_slot_and_more_adds_one_half_way() -> None:
    rule, anchor = "FREQ=WEEKLY;BYDAY=WE", TODAY
    assert days(rule, anchor, TODAY, 3, Wishes(frequency="less")) == ["11-18", "12-02", "12-16"]
    assert days(rule, anchor, TODAY, 3, Wishes(frequency="more")) == ["11-18", "11-21", "11-25"]
    assert days("FREQ=DAILY", anchor, TODAY, 2, Wishes(frequency="more")) == ["11-18", "11-19"]


def test_a_slot_on_an_unwelcome_day_moves_to_the_next_welcome_one() -> None:
    wishes = wishes_of(None, None, "-WE,TH", None)
    assert days("FREQ=WEEKLY;BYDAY=WE", TODAY, TODAY, 2, wishes) == ["11-20", "11-27"]
    assert days("FREQ=DAILY", TODAY, TODAY, 3, wishes) == ["11-20", "11-21", "11-22"]


def test_a_time_in_the_spring_gap_goes_out_once_right_after_it() -> None:
    cadence = Cadence("c", Schedule(every="day", at="02:30"), TODAY)
    slot = next(slots(cadence, Wishes(), CHICAGO, "ana", first=date(2027, 3, 14)))
    assert slot == Slot(date(2027, 3, 14), datetime(2027, 3, 14, 8, 0, tzinfo=UTC))


def test_a_spread_differs_between_clients_and_campaigns_but_not_between_days() -> None:
    schedule = Schedule(every="day", between=("10:00", "14:00"))

    def walls(campaign: str, client: str) -> set[str]:
        cadence = Cadence(campaign, schedule, TODAY)
        found = islice(slots(cadence, Wishes(), CHICAGO, client, first=TODAY), 200)
        return {f"{slot.at.astimezone(CHICAGO):%H:%M:%S}" for slot in found}

    assert len(walls("mood", "ana")) == 1
    assert walls("mood", "ana") == walls("mood", "ana")
    assert len(set().union(*(walls("mood", f"client {n}") for n in range(50)))) > 45
    assert walls("mood", "ana") != walls("goals", "ana")


def test_a_spread_fills_its_hours_evenly() -> None:
    cadence = Cadence("mood", Schedule(every="day", between=("10:00", "14:00")), TODAY)
    found = [next(slots(cadence, Wishes(), CHICAGO, f"c{n}", first=TODAY)) for n in range(2000)]
    by_hour = [
        sum(slot.at.astimezone(CHICAGO).hour == hour for slot in found) for hour in range(24)
    ]
    assert sum(by_hour[10:14]) == 2000
    assert all(400 < count < 600 for count in by_hour[10:14])


@settings(deadline=None)
@given(RULES, WISHES, ZONES, DAYS, DAYS)
def test_slots_come_in_order_never_two_on_a_day_and_never_before_the_first(
    rule: str, wishes: Wishes, zone: ZoneInfo, anchor: date, first: date
) -> None:
    cadence = Cadence("c", Schedule(rrule=rule, at="02:15"), anchor)
    found = list(islice(slots(cadence, wishes, zone, "ana", first=first), 30))
    assert all(slot.day >= max(first, anchor) for slot in found)
    assert all(a.day < b.day and a.at < b.at for a, b in pairwise(found))
    assert all(slot.day.weekday() in wishes.days for slot in found)
    assert all(slot.at.astimezone(zone).date() == slot.day for slot in found)


@given(st.integers(0, 1438), st.data(), ZONES, DAYS, st.text(min_size=1, max_size=8))
def test_a_spread_stays_within_its_two_times(
    start: int, data: st.DataObject, zone: ZoneInfo, first: date, client: str
) -> None:
    end = data.draw(st.integers(start + 1, 1439))
    times = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (start, end)]
    cadence = Cadence("c", Schedule(every="day", between=(times[0], times[1])), first)
    slot = next(slots(cadence, Wishes(), zone, client, first=first))
    wall = slot.at.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    gap = (slot.at - timedelta(seconds=1)).astimezone(zone).utcoffset() != wall.utcoffset()
    assert gap or start <= minute < end


@settings(deadline=None)  # the first look at a rule builds its calendar
@given(RULES, DAYS, st.integers(0, 500))
def test_where_one_starts_looking_does_not_change_what_comes(
    rule: str, anchor: date, later: int
) -> None:
    cadence = Cadence("c", Schedule(rrule=rule, at="09:30"), anchor)
    first, end = anchor + timedelta(days=later), anchor + timedelta(days=600)
    whole = takewhile(lambda day: day < end, slot_days(cadence, Wishes(), first=anchor))
    part = takewhile(lambda day: day < end, slot_days(cadence, Wishes(), first=first))
    assert list(part) == [day for day in whole if day >= first]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ("7d", "2027-03-08T16:00"),  # a week of 167 hours: the clocks change on the 14th
        ("1d", "2027-03-14T15:00"),
        ("2h", "2027-03-15T13:00"),
        ("90m", "2027-03-15T13:30"),
    ],
)
def test_days_before_a_visit_keep_its_wall_time_and_hours_are_elapsed_ones(
    offset: str, expected: str
) -> None:
    visit = datetime(2027, 3, 15, 15, 0, tzinfo=UTC)  # 10:00 in Chicago
    found = before_visit(offset, visit, CHICAGO)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never fires"),
        ("FREQ=DAILY;UNTIL=20200101", "never fires"),
        ("FREQ=YEARLY;INTERVAL=10", "never fires"),
        ("FREQ=HOURLY", "too often"),
        ("FREQ=MINUTELY;INTERVAL=1440", "too often"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;COUNT=-1", "COUNT"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL"),
        ("FREQ=WEEKLY;BYDAY=XX", "RFC 5545"),
        ("FREQ=WEEKLY;FREQ=DAILY", "RFC 5545"),
        ("every tuesday", "RFC 5545"),
        ("FREQ=DAILY;BYEASTER=0", "BYEASTER"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_in_words(rule: str, words: str) -> None:
    assert words in (check_schedule(Schedule(rrule=rule, at="09:00"), TODAY) or "")


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=DAILY;COUNT=2", "RRULE:FREQ=MONTHLY;BYDAY=5MO"],
)
def test_a_rare_rule_is_accepted(rule: str) -> None:
    assert check_schedule(Schedule(rrule=rule, at="09:00"), TODAY) is None


def test_a_start_too_far_away_never_fires() -> None:
    schedule = Schedule(every="day", at="09:00")
    assert check_schedule(schedule, TODAY, date(2027, 6, 1)) is None
    assert "never fires" in (check_schedule(schedule, TODAY, date(2040, 1, 1)) or "")


@settings(deadline=None)
@given(st.text(alphabet="FREQ=DAILYWKMONTH;BINVSU0123456789,-+", max_size=40))
def test_no_rule_however_odd_raises_anything_but_words(rule: str) -> None:
    found = check_schedule(Schedule(rrule=rule or "X", at="09:00"), TODAY)
    assert found is None or isinstance(found, str)
