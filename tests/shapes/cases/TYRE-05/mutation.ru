# study: tyres
# the share of bio-based material is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/tyres/>
DELETE DATA { s:tyre tm:bioBasedShare 0.2 }
