# study: ferroalloy
# the study claims the whole life cycle, with the later stages left out for a reason
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX boundary: <https://w3id.org/tanmai/id/boundary/>
DELETE { ?study tm:systemBoundary boundary:cradle-to-gate ; tm:declaredUnit ?unit }
INSERT { ?study tm:systemBoundary boundary:cradle-to-grave ; tm:functionalUnit ?unit }
WHERE { ?study tm:declaredUnit ?unit }
