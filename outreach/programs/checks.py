"""What a single key cannot know: whether the parts of a program file fit together and the library.

Every check yields problems and stops nothing, so that a person sees all mistakes at once.
"""

from collections.abc import Iterator
from datetime import date

from outreach.campaigns.cadence import check_schedule
from outreach.content.collections import collection_named
from outreach.content.library import Library
from outreach.programs.file import CampaignFile, ProgramFile
from outreach.programs.on_call import rota_gaps
from outreach.programs.yaml_file import FileProblem, KeyPath, ReadProgramFile
from outreach.vocabulary import CampaignKind

Found = Iterator[tuple[KeyPath, str, str]]
"""Key, code and words of each problem."""

_REMINDERS = ("reminder_far", "reminder_day", "reminder_hours")


def problems_of(read: ReadProgramFile, library: Library, today: date) -> list[FileProblem]:
    """Everything wrong with a file whose single keys are right, in the order of its lines."""
    file = read.file
    found = [*_staff(file), *_campaigns(file, library, today)]
    return sorted((read.problem(*item) for item in found), key=lambda problem: problem.line)


def _staff(file: ProgramFile) -> Found:
    for gap in rota_gaps(file.on_call.rota):
        yield ("on_call", "rota"), "rota_gap", f"nobody is on call from {gap}"
    for name, person in file.on_call.people.items():
        if not (person.sms or person.email or person.webhook):
            yield (
                ("on_call", "people", name),
                "unreachable",
                "needs sms, email or webhook, else nobody can be paged",
            )


def _campaigns(file: ProgramFile, library: Library, today: date) -> Found:
    for slug, campaign in file.campaigns.items():
        schedule = campaign.schedule
        if schedule and (wrong := check_schedule(schedule, today, campaign.starts_on)):
            yield ("campaigns", slug, "schedule"), "schedule", wrong
        for key, code, words in _texts(file, campaign, library):
            yield ("campaigns", slug, *key), code, words


def _texts(file: ProgramFile, campaign: CampaignFile, library: Library) -> Found:
    if campaign.collection:
        base = collection_named(campaign.collection)
        wanted = _family(campaign)
        if base is None or base.name not in wanted:
            words = f"the texts of a {campaign.kind} campaign come from {' or '.join(wanted)}"
            mine = f"or a collection whose name begins so, such as {wanted[0]}-mine"
            yield ("collection",), "collection_kind", f"{words}, {mine}"
            return
    for name in (campaign.collection,) if campaign.collection else _family(campaign):
        for lang in file.languages:
            if name not in library.collections(lang):
                words = f"the library has no collection {name} in {lang}"
                yield ("collection",), "no_such_collection", words


def _family(campaign: CampaignFile) -> tuple[str, ...]:
    """The collections of the library whose rules this campaign's texts must follow."""
    if campaign.kind is CampaignKind.APPOINTMENT_REMINDER:
        return _REMINDERS
    return ("hope",) if campaign.ask is None else (f"{campaign.ask}_check_in",)
