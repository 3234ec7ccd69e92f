"""What a platform puts into a cluster, whichever cloud it is on, beside the hubs."""
