"""The settings and fresh keys of the demonstration, in a file that only its maker can read."""

import os
import secrets
from pathlib import Path

from analytics.custody import new_keys
from analytics.releasing.keys import new_signing_pair
from survey_app.private_file import private_file
from survey_app.settings import SECRET_BYTES

VAR = Path("var")


def demo_environment(directory: Path) -> Path:
    """The file with the demo's settings and fresh keys (mode 0600); made once, then kept."""
    file = directory / "demo.env"
    if not file.exists():
        directory.mkdir(parents=True, exist_ok=True)
        keys = new_keys()
        lines = {
            "THIQA_DEMO": "true",
            "THIQA_DATABASE_URL": f"sqlite:///{directory}/thiqa.sqlite3",
            "THIQA_RELEASES": str(directory / "releases"),
            "THIQA_CUSTODIAN_PUBLIC_KEY": keys.public,
            "THIQA_CUSTODIAN_PRIVATE_KEY": keys.private,
            "THIQA_SITE_KEY": secrets.token_hex(SECRET_BYTES),
            "THIQA_CHANNEL_KEY": secrets.token_hex(SECRET_BYTES),
        }
        with private_file(file) as out:
            out.write("".join(f"{name}={value}\n" for name, value in lines.items()).encode())
    newer = {"THIQA_WAVE_KEYS": str(directory / "wave-keys"), "THIQA_SPOOL": str(directory / "spool")}
    signing = new_signing_pair()
    newer |= {"THIQA_RELEASE_SIGNING_KEY": signing.private, "THIQA_RELEASE_PUBLIC_KEY": signing.public}
    newer |= {
        "THIQA_STAFF_DATABASE_URL": f"sqlite:///{directory}/staff.sqlite3",
        "THIQA_STAFF_KEY": secrets.token_hex(SECRET_BYTES),
        "THIQA_ACTIONS": str(directory / "actions"),
    }
    _completed(file, {**newer, "THIQA_BATCH": "50"})
    os.environ["THIQA_ENV_FILE"] = str(file)
    return file


def _completed(file: Path, newer: dict[str, str]) -> None:
    """Add the settings that a demonstration of an earlier version does not have."""
    there = {line.partition("=")[0] for line in file.read_text(encoding="utf-8").splitlines()}
    with file.open("a", encoding="utf-8") as out:
        out.writelines(f"{name}={value}\n" for name, value in newer.items() if name not in there)
