"""The case and the archive of the attacks, for the page."""

from tests.attacks.conftest import archive, case, material

__all__ = ["archive", "case", "material"]
