# study: general
# the result does not show what aircraft emit
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:declared-aircraft tm:aircraftEmission true }
