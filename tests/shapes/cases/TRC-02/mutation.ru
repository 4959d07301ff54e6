# study: general
# the second calibration of the sawmill meter ends in November
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:calibration-2024 tm:validUntil ?day }
INSERT { s:calibration-2024 tm:validUntil "2024-11-30"^^xsd:date }
WHERE { s:calibration-2024 tm:validUntil ?day }
