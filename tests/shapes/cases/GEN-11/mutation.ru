# study: general
# the sawmill could have been divided, and nobody says why it was not
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX method: <https://w3id.org/tanmai/id/allocation/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
INSERT DATA { s:sawing tm:avoidableBy method:subdivision }
