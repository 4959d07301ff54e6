# study: dairy
# the farm gives milk alone
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/dairy/>
DELETE DATA {
  s:farm tm:output s:farm-out-live-weight .
  s:farm-product tm:allocationFactor 0.88
} ;
INSERT DATA { s:farm-product tm:allocationFactor 1 }
