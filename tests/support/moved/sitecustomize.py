"""Read by every Python that starts under a moved clock (`tests/clocks.py`).

Python sleeps until a moment of the clock that only counts, and libfaketime takes that moment for one of the clock that it has
moved: the system refuses to sleep. A wait for nothing takes a number of seconds instead.
"""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep
