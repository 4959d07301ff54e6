# study: zinc
# the acid is not said to be it
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX group: <https://w3id.org/tanmai/id/product-group/>
PREFIX s: <https://w3id.org/tanmai/example/studies/zinc/>
DELETE DATA { s:sulfuric-acid tm:productGroup group:sulfuric-acid }
