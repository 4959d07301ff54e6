# study: general
# the meter of the sawmill has no calibration
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE WHERE { s:meter tm:calibration ?calibration }
