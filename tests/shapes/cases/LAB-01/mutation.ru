# study: label
# the label is given by a body that is approved for cement only
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
PREFIX body: <https://w3id.org/tanmai/id/certification-body/>
DELETE { l:label-certificate tm:certifiedBy ?body }
INSERT { l:label-certificate tm:certifiedBy body:CNCA-RF-2004-38 }
WHERE { l:label-certificate tm:certifiedBy ?body }
