# study: general
# the data of the box are not scored
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:assembly-in-box tm:quality ?score } WHERE { s:assembly-in-box tm:quality ?score }
