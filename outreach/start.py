"""Starting a process: settings checked, logs set up, keys loaded, database and clock at hand."""

from dataclasses import dataclass

from outreach import vault
from outreach.clock import Clock, clock_for
from outreach.database import Database
from outreach.logs import set_up_logs
from outreach.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Started:
    """What every process and command works with."""

    settings: Settings
    database: Database
    clock: Clock


def start(process: str, *required: str) -> Started:
    """Start the process named `process`; `required` are settings it cannot do without.

    Raises SettingsError naming what is wrong or missing.
    """
    settings = load_settings("OUTREACH_SECRET_KEYS", *required)
    set_up_logs(process)
    vault.install(vault.Vault(settings.key_ring()))
    database = Database(settings.database_url.get_secret_value())
    return Started(settings, database, clock_for(database, demo=settings.demo))
