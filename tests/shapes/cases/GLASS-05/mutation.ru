# study: flat-glass
# the share of cullet is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
DELETE WHERE { ?product tm:recycledContent ?share }
