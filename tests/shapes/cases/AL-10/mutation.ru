# study: aluminium
# 16 000 kWh per t
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:electrolysis-in-electricity tm:amount 13400 } ;
INSERT DATA { s:electrolysis-in-electricity tm:amount 16000 }
