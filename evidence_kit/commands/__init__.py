"""One file per verb: flags in, workflow called, outcomes shown.

In: a command line, and answers at the terminal. Out: sentences, tables or JSON on the screen, and an exit code.
"""
