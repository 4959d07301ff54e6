# study: steel-bf-bof
# the coke holds less carbon than the furnaces give off
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/steel-bf-bof/>
DELETE DATA { s:coke-carbon tm:amount 0.87 } ;
INSERT DATA { s:coke-carbon tm:amount 0.80 }
