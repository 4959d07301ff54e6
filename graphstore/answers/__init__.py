"""Questions that people ask of the graph, answered by the engine and named by the graph.

products.find        which product is meant by a name or an IRI
footprint.calculate  its footprint: total, stages, gases, contributions, cut-offs, assumptions, inputs
summary.summary      the same in short, without a solve of its own; lists.page names all parts of it, page by page
scores.all_products  the footprint of every product at once
uncertainty.uncertainty  how sure it is, and what drives that; two products under the same draws
explanation.explain  the supply chain behind a number: amount x factor = contribution, line by line
hybrid.hybrid        a footprint in two parts: processes, and costs covered by sectors of an input-output table
inputoutput.tiers    what an expense causes in the three tiers of EIO-LCA
method.advise        which assessment method fits a scale and the data at hand
"""
