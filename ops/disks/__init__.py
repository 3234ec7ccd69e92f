"""People's disks beside their homes, for those who look after a hub.

- `disk`: what Kubernetes and the hub say of each; pure;
- `wish`: which of them somebody asks for.
"""
