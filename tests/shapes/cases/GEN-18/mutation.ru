# study: general
# no reason stands for the freight of the stools
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE { s:life-in-freight tm:reason ?reason } WHERE { s:life-in-freight tm:reason ?reason }
