# study: general
# the manufacturing is 1 kg smaller than the total needs
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:declared-manufacturing tm:co2e 1.920032 } ;
INSERT DATA { s:declared-manufacturing tm:co2e 0.920032 }
