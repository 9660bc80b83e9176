"""Hand a case over: scope, seal, transfers, exports, time stamps.

In: a `CaseWriter`, a purpose and a consent. Out: an archive, an export or a stamp outside the case folder, and the
event that records it.
"""
