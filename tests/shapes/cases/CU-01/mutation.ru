# study: copper
# the unit is 10 t
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:unit tm:amount 1 } ;
INSERT DATA { s:unit tm:amount 10 }
