"""Conversations read out of the exports that phones and platforms make.

In: the bytes of an export, its name, and what lies beside it. Out: messages, and every stretch that is none, with
their places.
"""
