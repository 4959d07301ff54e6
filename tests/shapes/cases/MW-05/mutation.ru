# study: mineral-wool
# the share of recycled raw materials is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
DELETE WHERE { ?product tm:recycledContent ?share }
