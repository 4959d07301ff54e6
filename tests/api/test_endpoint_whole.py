"""A server whose store an endpoint keeps: what it does beyond queries, on real endpoints."""
