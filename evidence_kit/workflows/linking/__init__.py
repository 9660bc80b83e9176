"""Links between the cases of one association, as a workflow.

Lives here: the association's key at a station, which digests of a case take part, and what is found. Comes in: an
opened case whose person consented. Goes out: ids of other cases and who answers for them, and changes of the set.
"""
