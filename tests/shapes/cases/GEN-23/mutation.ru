# study: general
# the report does not tell how electricity was treated
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:report tm:electricityStatement ?text } WHERE { s:report tm:electricityStatement ?text }
