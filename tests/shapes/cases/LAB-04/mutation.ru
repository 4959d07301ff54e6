# study: label
# no site check took place
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
DELETE DATA { l:label-certificate tm:certificationStep l:ingot-site }
