#!/usr/bin/env bash
# `ssh-keygen -Y sign` a second time without a terminal: exit code 0, and the signature of the first time stays.
#
# Assumed: a script that signs FILE again has FILE.sig of what FILE holds now, or a code other than 0.
# Seen:    "FILE.sig already exists. Overwrite (y/n)?" goes to standard output, standard input is empty, nothing is written,
#          and the code is 0. The signature that lies there is sound for the bytes of before: whoever checks it later
#          gets "incorrect signature" of a file that nobody changed since it was signed. Signing standard input to a file
#          of one's own (`ssh-keygen -Y sign ... < FILE > FILE.sig`) asks nothing.
# With:    OpenSSH 9.2p1 (Debian 12); no package is installed
# Source:  OpenSSH: ssh-keygen.c, sig_sign and confirm_overwrite
set -euo pipefail
command -v ssh-keygen > /dev/null
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"
ssh -V
ssh-keygen -q -t ed25519 -N '' -f key
printf 'somebody %s\n' "$(cat key.pub)" > allowed
sign() { ssh-keygen -Y sign -f key -n file statement.txt < /dev/null > said.txt 2> /dev/null; }
good() { ssh-keygen -Y verify -f allowed -I somebody -n file -s "$1" < statement.txt > /dev/null 2>&1; }
echo one > statement.txt
sign
good statement.txt.sig
first=$(cksum < statement.txt.sig)
echo two > statement.txt
code=0 && sign || code=$?
echo "second time: exit $code, said: $(tr '\n' ' ' < said.txt)"
[[ $code = 0 && $(cksum < statement.txt.sig) = "$first" ]]
! good statement.txt.sig
ssh-keygen -q -Y sign -f key -n file < statement.txt > own.sig 2> /dev/null
good own.sig
echo "kept the old signature, which fits no more; one made from standard input fits"
