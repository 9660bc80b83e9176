"""One file per verb: flags in, workflow called, outcomes shown."""
