# study: livestock
# nothing says how eggs and hens share the burdens
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/livestock/>
DELETE { s:hen-house tm:allocationMethod ?method }
WHERE { s:hen-house tm:allocationMethod ?method }
