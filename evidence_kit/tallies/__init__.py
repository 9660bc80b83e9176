"""Counts over many cases that can be given away.

Lives here: the classes that cases are counted in, the rule that pools small ones, a told period as a document.
Comes in: one class a case and dimension. Goes out: counts of five and more, never a case.
"""
