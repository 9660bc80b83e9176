#!/bin/sh
# Starts evidence-kit from this folder. Station and cases lie beside it, in evidence-kit-data; nothing is installed.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
data=$(dirname -- "$here")/evidence-kit-data
export EVIDENCE_KIT_STATION="${EVIDENCE_KIT_STATION:-$data/station}" EVIDENCE_KIT_CASES="${EVIDENCE_KIT_CASES:-$data/cases}"
python=$here/app/bin/python3
if ! "$python" -I -B -c '' 2>/dev/null; then
    set -- "This disk does not let programs run: copy the folder onto the computer and start it there. / \
Ce disque ne laisse pas tourner de programme : copiez le dossier sur l'ordinateur et lancez-le de là. / \
هذا القرص لا يسمح بتشغيل البرامج: يُنسخ المجلد إلى الحاسوب ويُشغَّل من هناك."
    if [ -t 2 ]; then echo "$1" >&2; else xmessage "$1" 2>/dev/null || echo "$1" >&2; fi
    exit 126
fi
[ $# -eq 0 ] || exec "$python" -I -B -m evidence_kit "$@"
[ -t 0 ] && exec "$python" -I -B -m evidence_kit session
# Double-clicked: there is no terminal yet.
for terminal in x-terminal-emulator gnome-terminal konsole xfce4-terminal mate-terminal lxterminal xterm; do
    command -v "$terminal" >/dev/null || continue
    case $terminal in
        gnome-terminal | mate-terminal) exec "$terminal" -- "$here/evidence-kit.sh" session ;;
        *) exec "$terminal" -e "$here/evidence-kit.sh" session ;;
    esac
done
exit 127
