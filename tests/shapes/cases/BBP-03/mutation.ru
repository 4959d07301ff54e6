# study: bio-based-plastics
# the biogenic carbon content is not given
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/bio-based-plastics/>
DELETE DATA { s:polymer tm:hasProperty s:polymer-carbon }
