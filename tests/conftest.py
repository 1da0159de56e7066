"""What all tests share: how Hypothesis looks for examples."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The same examples every time, however loaded the machine: a suite that is red is red for a reason that stands in the
# code. `pytest --hypothesis-profile=search` looks for others.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
