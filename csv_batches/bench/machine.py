"""The machine that is measured on."""

import os
import platform

from csv_batches.bench import postgres
from csv_batches.bench.results import Machine

QUIET_LOAD = 0.3
"""Load average for each core, below which a machine has little else to do."""


def this_machine() -> Machine:
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0]
    system = f"{platform.system()} {platform.machine()}"
    return Machine(cores, system, platform.python_version(), postgres.version(), load, load / cores <= QUIET_LOAD)
