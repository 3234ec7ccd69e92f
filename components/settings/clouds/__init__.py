"""Where a platform may run: one module a cloud, with all that lies outside the cluster."""
