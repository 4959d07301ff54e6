"""Scenarios laid over a graph give what the graph with the changes written into it gives, and a what-if the same."""
