# study: general
# the stool is declared for no piece at all
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:unit tm:amount 1 } ;
INSERT DATA { s:unit tm:amount 0 }
