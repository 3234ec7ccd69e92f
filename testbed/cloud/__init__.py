"""Simulated clouds: the real engine's plugins for gcp, aws and azure-native, over a ledger of what an account holds."""
