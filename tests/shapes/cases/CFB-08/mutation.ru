# study: eu-battery
# a performance class is stated
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
INSERT DATA { s:declared tm:performanceClass "B" }
