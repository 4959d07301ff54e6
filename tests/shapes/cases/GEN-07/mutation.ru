# study: general
# the factor of the box has no year
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:factor-box tm:referenceYear ?year } WHERE { s:factor-box tm:referenceYear ?year }
