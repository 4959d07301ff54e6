"""The audit log: who asked for what, and what became of it.

Modules: :mod:`api.audit.log` writes it, :mod:`api.audit.reading` reads and verifies it, :mod:`api.audit.prov` tells it as RDF,
:mod:`api.audit.endpoint` serves it to admins.
"""
