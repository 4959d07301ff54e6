"""Ways in and out: one package per outside format, on a few shared modules.

`ntriples` writes RDF lines, `unittable` knows the units of the reference knowledge by their names, `flowmap` turns
substance names of a format into greenhouse gases, `formula` evaluates the arithmetic found in exchange files.
"""
