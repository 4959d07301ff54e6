# study: ethylene
# nothing says how the burdens of the cracker are shared
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/ethylene/>
DELETE { s:separation tm:allocationMethod ?method }
WHERE { s:separation tm:allocationMethod ?method }
