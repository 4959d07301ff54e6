"""Linked data and pages: what the graph says about an IRI, as RDF for programs and as HTML for people.

An IRI that names a thing is answered by 303 See Other to a document about it (``/page/...`` for people, ``/data/...`` for
programs); ``/resource?iri=`` answers for any IRI of the store. Everything is read and rendered in a reader process
(:mod:`api.pages.work`); the routes (:mod:`api.pages.routes`) negotiate and send.
"""
