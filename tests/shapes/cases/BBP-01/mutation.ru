# study: bio-based-plastics
# the share of bio-based material is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/bio-based-plastics/>
DELETE DATA { s:polymer tm:bioBasedShare 1 }
