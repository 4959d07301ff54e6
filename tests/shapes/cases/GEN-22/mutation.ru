# study: general
# the limits are left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:interpretation tm:limitations ?text } WHERE { s:interpretation tm:limitations ?text }
