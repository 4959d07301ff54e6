# study: aluminium
# the anode emission is that of another anode consumption
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:electrolysis-out-anode-co2 tm:amount 1503.04 } ;
INSERT DATA { s:electrolysis-out-anode-co2 tm:amount 1410 }
