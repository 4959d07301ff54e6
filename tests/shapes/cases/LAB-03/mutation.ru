# study: label
# the body has eight full-time staff
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
DELETE { l:label-certificate tm:fullTimeStaff ?staff }
INSERT { l:label-certificate tm:fullTimeStaff 8 }
WHERE { l:label-certificate tm:fullTimeStaff ?staff }
