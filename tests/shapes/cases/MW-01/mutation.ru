# study: mineral-wool
# the unit is half a tonne
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/mineral-wool/>
DELETE DATA { s:unit tm:amount 1 } ;
INSERT DATA { s:unit tm:amount 0.5 }
