"""What all unit tests share: how Hypothesis judges their speed."""

from hypothesis import HealthCheck, settings

# In a fresh clone Hypothesis first reads all sources for constants and makes tables of Unicode, within the first
# example; and other tests run beside. How long an example takes says nothing of ours.
settings.register_profile("hubstack", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("loop", settings.get_profile("hubstack"), max_examples=20)
settings.load_profile("hubstack")
