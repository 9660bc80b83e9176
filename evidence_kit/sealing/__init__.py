"""The archive that leaves the house: writing it, and checking one."""
