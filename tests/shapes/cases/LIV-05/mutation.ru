# study: livestock
# the origin of the nitrous oxide in the hen house is not stated
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX origin: <https://w3id.org/tanmai/id/emission-origin/>
PREFIX s: <https://w3id.org/tanmai/example/studies/livestock/>
DELETE DATA { s:hen-house-out-n2o tm:emissionOrigin origin:manure-management }
