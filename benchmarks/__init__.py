"""Benchmarks: systems to measure on, peers to measure against."""
