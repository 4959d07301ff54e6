# study: wood
# the water content is not given
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/wood/>
DELETE DATA { s:board tm:hasProperty s:board-water }
