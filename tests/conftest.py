"""What all tests share: how Hypothesis looks for examples, threads, and the bytecode of programs that tests start."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

# The same examples every time, however loaded the machine: a suite that is red is red for a reason that stands in the
# code. `pytest --hypothesis-profile=search` looks for others.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Trees of expressions go by themselves: to look for cycles among them as often as Python does takes much time.
gc.set_threshold(50_000, 20, 100)

# One thread each, as the command line has it: small products only wait for more, and workers wait for each other.
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # Where none is to be left behind, each of them would compile everything anew, which is most of what it takes.
    os.environ["PYTHONPYCACHEPREFIX"] = tempfile.mkdtemp(prefix="bytecode-")
    atexit.register(shutil.rmtree, os.environ["PYTHONPYCACHEPREFIX"], ignore_errors=True)
