# study: cement
# no clinker ratio
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/cement/>
DELETE DATA { s:cement tm:clinkerRatio 0.75 }
