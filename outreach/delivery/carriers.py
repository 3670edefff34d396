"""Which carrier this process uses."""

from outreach.clock import Clock
from outreach.database import Database
from outreach.delivery.carrier import Carrier
from outreach.delivery.simulated import SimulatedCarrier
from outreach.settings import Settings


def carrier_for(settings: Settings, database: Database, clock: Clock) -> Carrier:
    """The carrier that OUTREACH_CARRIER names; raises SettingsError when it names none."""
    settings.require("OUTREACH_CARRIER")
    if settings.carrier == "simulated":
        return SimulatedCarrier(settings, database, clock)
    from outreach.delivery.twilio import TwilioCarrier

    return TwilioCarrier(settings, clock)
