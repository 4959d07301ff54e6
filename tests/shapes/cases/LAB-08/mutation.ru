# study: label
# the review is left out: from applied straight to valid
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
PREFIX status: <https://w3id.org/tanmai/id/certificate-status/>
DELETE { l:label-certificate tm:statusEvent l:ingot-under-review . l:ingot-issued tm:fromStatus ?before }
INSERT { l:ingot-issued tm:fromStatus status:applied }
WHERE { l:ingot-issued tm:fromStatus ?before }
