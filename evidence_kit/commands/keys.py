"""`evidence-kit keys`."""

from __future__ import annotations

from evidence_kit.commands._wiring import Setting, command


@command
def keys(setting: Setting) -> None:
    """Show the fingerprints of this station and of the association's recovery key."""
    station = setting.station()
    rows = [
        ("keys.station", station.public.fingerprint),
        ("keys.recovery", station.recovery.fingerprint),
        ("keys.public", station.public.line),
        ("keys.folder", str(station.folder)),
        ("keys.cases", str(station.cases)),
    ]
    setting.screen.document(
        {
            "association": station.association,
            "name": station.person.name,
            "fingerprint": station.public.fingerprint,
            "public": station.public.line,
            "recovery_fingerprint": station.recovery.fingerprint,
            "recovery": station.recovery.line,
            "recovery_to_file": station.recovery_to_file,
            "station": str(station.folder),
            "cases": str(station.cases),
        }
    )
    if not setting.screen.json:
        setting.screen.facts(rows)
