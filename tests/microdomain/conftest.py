"""What several tests of the noise certificate look at."""

import pytest

from microdomain.noise.scaling import NoiseScaling
from tests.microdomain.noisy_models import births, judged


@pytest.fixture(scope="session")
def poisson() -> NoiseScaling:
    return judged(births(), ["0.1 fL", "1 fL", 30], max_events=2e6)
