# study: bio-based-plastics
# 1.2 kg CO2 per kg are said to be built in
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/bio-based-plastics/>
DELETE DATA { s:polymer-built-in tm:amount 1.8333 } ;
INSERT DATA { s:polymer-built-in tm:amount 1.2 }
