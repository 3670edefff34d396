import base64

from click.testing import CliRunner

from outreach.cli.keys import keys
from outreach.safety.page_channels import webhook_secret
from outreach.settings import DEMO_SECRET_KEY, load_settings


def test_a_new_key_is_32_random_bytes() -> None:
    first, second = (CliRunner().invoke(keys, ["new"]).output for _ in range(2))

    assert len(base64.b64decode(first)) == 32
    assert first != second


def test_the_webhook_secret_is_the_one_that_pages_are_signed_with() -> None:
    environ = {"OUTREACH_SECRET_KEYS": DEMO_SECRET_KEY, "OUTREACH_DEMO": "1"}

    printed = CliRunner().invoke(keys, ["webhook"], env=environ).output.strip()

    secret = base64.b64decode(printed.removeprefix("whsec_"))
    assert secret == webhook_secret(load_settings(environ=environ))
