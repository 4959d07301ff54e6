# study: aluminium
# CF4 is said to be zero
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:electrolysis-out-cf4 tm:amount 0.0122 } ;
INSERT DATA { s:electrolysis-out-cf4 tm:amount 0 }
