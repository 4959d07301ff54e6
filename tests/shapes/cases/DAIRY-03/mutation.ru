# study: dairy
# the nitrous oxide of the farm is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/dairy/>
DELETE DATA { s:farm tm:emission s:farm-out-n2o }
