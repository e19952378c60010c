"""What holds for every test: a slow machine is no failure, and what hubs would do again and again is done once."""

import hypothesis
from shared_statements import share_statements
from shared_tables import share_tables


def pytest_configure() -> None:
    patient = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.register_profile("patient", patient)
    hypothesis.settings.load_profile("patient")
    share_statements()
    share_tables()
