# study: eu-battery
# the total energy is that of ten years
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
DELETE DATA { s:profile tm:serviceYears 8 } ;
INSERT DATA { s:profile tm:serviceYears 10 }
