# study: livestock
# the basis of the mass is not stated
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX basis: <https://w3id.org/tanmai/id/mass-basis/>
PREFIX s: <https://w3id.org/tanmai/example/studies/livestock/>
DELETE DATA { s:unit tm:massBasis basis:net }
