"""The kit from Python: a station and a case, each opened with `with`; a thin face over the workflows.

    from evidence_kit import Case, Station

    with Station.open(Path("station"), passphrase) as station, station.case("7") as case:
        for outcome in case.take_in(Path("phone")):
            ...

Nothing here prints, asks or reads the environment. What a method does is done by the workflow it names; whoever needs
more than these methods offer calls that workflow itself. In: folders, a passphrase, what a person says. Out: outcomes
as they are safe, records of the case, receipts and archives.
"""

from evidence_kit.api.case import Case
from evidence_kit.api.handed import Receipt, SealedArchive
from evidence_kit.api.station import Station

__all__ = ["Case", "Receipt", "SealedArchive", "Station"]
