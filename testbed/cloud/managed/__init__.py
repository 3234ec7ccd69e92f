"""Managed Kubernetes clusters of the simulated clouds: real control planes, and the cloud's part played."""
