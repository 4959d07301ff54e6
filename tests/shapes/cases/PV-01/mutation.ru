# study: photovoltaic
# the result is for ten kilowatt-hours
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/photovoltaic/>
DELETE DATA { s:unit tm:amount 1 } ;
INSERT DATA { s:unit tm:amount 10 }
