# study: general
# it is not told how the electricity of the sawmill was measured
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:sawing-in-electricity tm:measurementMethod ?text } WHERE { s:sawing-in-electricity tm:measurementMethod ?text }
