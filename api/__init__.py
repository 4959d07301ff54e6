"""The server: SPARQL protocol and Graph Store Protocol over HTTP, on a store of :mod:`graphstore`.

:func:`api.app.create_app` makes the application from :class:`api.settings.Settings`. Nothing happens at import, and nothing is
global: two applications on two stores live in one process.
"""
