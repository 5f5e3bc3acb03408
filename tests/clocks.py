"""`make test-clock`: the tests at the hours and days when a clock is most likely to be leaned on, all but those of the browser.

Each run of pytest, with all that it starts, has its clock moved by one and the same number of seconds (libfaketime). It goes
on from there as a clock does, and processes agree about the time. What waits and what counts seconds goes by the clock that
only counts (CLOCK_MONOTONIC): that one is left alone, so Java and every time limit work as ever. PostgreSQL keeps the machine's
own clock. The times of files are left alone too, or each run would compile everything anew.

The tests are run in parts, each from the chosen moment again: else the hour would be over before most of them.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grantportal.domain import clock

TESTS = Path(__file__).parent
SLEEPING = TESTS / "support" / "moved"
"""What Python needs to sleep under a moved clock."""
FILES_AT_A_TIME = 4
LIBRARY = "*/faketime/libfaketimeMT.so.1"
NOTHING_TO_RUN = 5
"""How pytest ends when -k leaves nothing of a part."""


@dataclass(frozen=True)
class Clock:
    """A moment to begin at, and the machine's own time zone where it is to be another."""

    name: str
    at: datetime
    zone: str = ""


CLOCKS = (
    # Nothing of yesterday is settled yet, and in UTC it is still last year.
    Clock("midnight", clock.local(date(2027, 1, 1), 0, 5)),
    # An hour that there is not: a clock that nobody has moved shows it, others 03:30.
    Clock("spring", clock.local(date(2027, 3, 28), 2, 30)),
    # The first of two: the same hour comes again.
    Clock("autumn", clock.local(date(2027, 10, 31), 2, 30)),
    Clock("leap-day", clock.local(date(2028, 2, 29), 12)),
    # The year ends in the middle of the run.
    Clock("new-year", clock.local(date(2027, 12, 31), 23, 58)),
    # Yesterday on the machine's own clock.
    Clock("new-york", clock.local(date(2027, 6, 16), 3), zone="America/New_York"),
)


def environment(chosen: Clock, library: Path) -> dict[str, str]:
    """What a process is started with for its clock to show the chosen moment now."""
    moved = int((chosen.at - datetime.now(UTC)).total_seconds())
    given = {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{moved:+d}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(SLEEPING), os.environ.get("PYTHONPATH")])),
    }
    return {**os.environ, **given, **({"TZ": chosen.zone} if chosen.zone else {})}


def ensure_moved(chosen: Clock, library: Path) -> None:
    """Stop here where the clock cannot be moved: every test would be green, and nothing would have been tried."""
    asked = [sys.executable, "-c", "import time; time.sleep(0.1); print(time.time(), time.strftime('%z'))"]
    done = subprocess.run(asked, env=environment(chosen, library), capture_output=True, text=True, check=True)
    shown, zone = done.stdout.split()
    there = f"{chosen.at.astimezone(ZoneInfo(chosen.zone)):%z}" if chosen.zone else zone
    if abs(float(shown) - chosen.at.timestamp()) > 60 or zone != there:
        raise SystemExit(f"The clock does not move to {chosen.name}: {done.stdout}{done.stderr}")


def parts(files: Sequence[Path]) -> list[list[str]]:
    """The tests' files, a few at a time."""
    every = [str(path) for path in files]
    return [every[first : first + FILES_AT_A_TIME] for first in range(0, len(every), FILES_AT_A_TIME)]


def main() -> None:
    """Run what is asked for under each clock, say what failed, and end as a failure if anything did."""
    asking = argparse.ArgumentParser(prog="python -m tests.clocks", description="Other options go on to pytest.")
    asking.add_argument(
        "--clock", action="append", choices=[each.name for each in CLOCKS], help="all, if none is named"
    )
    asking.add_argument("--under", type=Path, action="append", help="a file or folder of tests; all, if none is named")
    asked, options = asking.parse_known_args()
    libraries = sorted(Path("/usr/lib").glob(LIBRARY))
    if not libraries:
        raise SystemExit("libfaketime is not installed: make test-clock installs it, or tells what to install.")
    files = [
        path
        for place in asked.under or [TESTS]
        for path in (sorted(place.rglob("test_*.py")) if place.is_dir() else [place])
        if TESTS / "browser" not in path.resolve().parents
    ]
    failed = []
    for chosen in CLOCKS:
        if asked.clock and chosen.name not in asked.clock:
            continue
        ensure_moved(chosen, libraries[-1])
        for part in parts(files):
            command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", *options, *part]
            print(
                f"{chosen.name}: {clock.stockholm(chosen.at):%Y-%m-%d %H:%M}, {chosen.zone or 'as it is'}", flush=True
            )
            ended = subprocess.run(command, env=environment(chosen, libraries[-1]), check=False).returncode
            if ended not in (0, NOTHING_TO_RUN):
                failed.append(f"{chosen.name}: {' '.join(part)}")
    print("\n".join(["", "Failed:", *failed] if failed else ["", "Every test holds at every one of these hours."]))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
