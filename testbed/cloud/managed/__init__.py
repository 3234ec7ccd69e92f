"""Managed Kubernetes clusters of the simulated clouds: a real control plane, and the cloud's part in it played by us."""
