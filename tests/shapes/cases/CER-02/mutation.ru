# study: ceramics
# the boundary is stated as gate to gate
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX boundary: <https://w3id.org/tanmai/id/boundary/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ceramics/>
DELETE DATA { s:study tm:systemBoundary boundary:cradle-to-gate } ;
INSERT DATA { s:study tm:systemBoundary boundary:gate-to-gate }
