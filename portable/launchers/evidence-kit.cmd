@echo off
rem Starts evidence-kit from this folder. Station and cases lie beside it, in evidence-kit-data; nothing is installed.
setlocal
set "HERE=%~dp0"
set "DATA=%HERE%..\evidence-kit-data"
if not defined EVIDENCE_KIT_STATION set "EVIDENCE_KIT_STATION=%DATA%\station"
if not defined EVIDENCE_KIT_CASES set "EVIDENCE_KIT_CASES=%DATA%\cases"
if exist "%HERE%app\python.exe" goto found
echo The folder is not complete. Copy it again. / Le dossier est incomplet. Copiez-le de nouveau.
goto end
:found
if "%~1"=="" goto clicked
"%HERE%app\python.exe" -I -B -m evidence_kit %*
exit /b %ERRORLEVEL%
:clicked
title evidence-kit
"%HERE%app\python.exe" -I -B -m evidence_kit session
:end
pause
