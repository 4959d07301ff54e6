# study: copper
# the matte holds half as much copper as goes in
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:matte-copper tm:amount 0.6 } ;
INSERT DATA { s:matte-copper tm:amount 0.3 }
