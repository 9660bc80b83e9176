"""Station key, recovery key, case identities, age and SSHSIG."""
