# study: aluminium
# the unit is 2 t
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:unit tm:amount 1 } ;
INSERT DATA { s:unit tm:amount 2 }
