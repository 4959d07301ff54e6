"""The footprint and submission API: what the command line answers with ``--json``, over HTTP.

Routes are thin: they read the parameters of a request and hand a job to a reader or the writer (:mod:`api.rest.answering`). The
jobs themselves are in the modules called ``*_work``, which only child processes import.
"""
