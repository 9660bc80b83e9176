"""Station key, recovery key, case identities, age and SSHSIG.

In: secrets, passphrases and bytes. Out: signatures, encrypted bytes, and whether either holds.
"""
