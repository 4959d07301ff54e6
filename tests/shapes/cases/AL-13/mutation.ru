# study: aluminium
# 2.10 t of alumina per t
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:electrolysis-in-alumina tm:amount 1.92 } ;
INSERT DATA { s:electrolysis-in-alumina tm:amount 2.10 }
