"""Names of staff members for pages that say who did something."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from outreach.models import Staff


def names(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """Staff id -> the name colleagues know, else the part of the address before the @."""
    wanted = {staff_id for staff_id in ids if staff_id}
    if not wanted:
        return {}
    staff = session.scalars(select(Staff).where(Staff.id.in_(wanted)))
    return {row.id: row.name or (row.email or "").partition("@")[0] for row in staff}
