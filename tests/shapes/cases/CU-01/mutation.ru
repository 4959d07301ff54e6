# study: copper
# the copper content of the cathode is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:cathode tm:hasProperty s:cathode-copper }
