# study: copper
# the anode slime is not said to be anode slime
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX group: <https://w3id.org/tanmai/id/product-group/>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:anode-slime tm:productGroup group:anode-slime }
