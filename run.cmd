@echo off
rem Starts vtcontrol from this checkout: finds a Python, then leaves everything to deploy\bootstrap.py.
rem "run --help" lists what it can do. This file is plain ASCII on purpose: cmd reads it in the console's own code page.

setlocal EnableExtensions DisableDelayedExpansion
set "VT_ROOT=%~dp0"
set "VT_TEST=import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
set "VT_OWN=%VT_ROOT%.venv"
if defined VTCONTROL_VENV set "VT_OWN=%VTCONTROL_VENV%"
set "PYTHONUTF8=1"

rem The environment of an earlier start keeps its Python, whatever was installed since.
if not exist "%VT_OWN%\Scripts\python.exe" goto search
"%VT_OWN%\Scripts\python.exe" -c "%VT_TEST%" >nul 2>nul
if errorlevel 1 goto search
"%VT_OWN%\Scripts\python.exe" "%VT_ROOT%deploy\bootstrap.py" %*
goto end

:search
for %%V in (3.13 3.12 3.11) do (
    py -%%V -c "%VT_TEST%" >nul 2>nul
    if not errorlevel 1 (
        set "VT_PYTHON=py"
        set "VT_SWITCH=-%%V"
        goto start
    )
)
for %%P in (python3.exe python.exe) do (
    %%P -c "%VT_TEST%" >nul 2>nul
    if not errorlevel 1 (
        set "VT_PYTHON=%%P"
        set "VT_SWITCH="
        goto start
    )
)
echo vtcontrol needs Python 3.11, 3.12 or 3.13, and finds none here. 1>&2
echo Install it from https://www.python.org/downloads/windows/ or type:  winget install Python.Python.3.13 1>&2
echo Then start again. 1>&2
set "VT_CODE=1"
goto wait

:start
%VT_PYTHON% %VT_SWITCH% "%VT_ROOT%deploy\bootstrap.py" %*

:end
set "VT_CODE=%ERRORLEVEL%"
if "%VT_CODE%"=="0" goto leave

:wait
rem After a double click the window closes with the program: leave time to read why it stopped.
setlocal EnableDelayedExpansion
set "VT_LINE=!cmdcmdline:"=!"
if not "!VT_LINE:%~nx0=!"=="!VT_LINE!" pause
endlocal

:leave
exit /b %VT_CODE%
