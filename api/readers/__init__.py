"""Processes that can be killed, in which everything runs that a user sends: queries, updates, uploads.

A query can take any time, any memory, or crash the engine; nothing inside a process can stop it. So each runs in a child that
has a memory limit, and that is killed and replaced when its time is over. Modules: :mod:`api.readers.frames`, what goes through
the pipe; :mod:`api.readers.forkserver`, what children are forked from; :mod:`api.readers.child`, the child; :mod:`api.readers.jobs`, what it does;
:mod:`api.readers.forks`, :mod:`api.readers.worker` and :mod:`api.readers.pool`, the parent.
"""
