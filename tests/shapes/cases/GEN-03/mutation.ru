# study: general
# the boundary is said to end at the gate, by IRI of another name
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:study tm:systemBoundary <https://w3id.org/tanmai/id/boundary/cradle-to-grave> } ;
INSERT DATA { s:study tm:systemBoundary <https://w3id.org/tanmai/id/boundary/cradle-to-shop> }
