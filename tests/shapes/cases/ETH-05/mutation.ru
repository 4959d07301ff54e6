# study: ethylene
# the variant is shared as the main result is
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX method: <https://w3id.org/tanmai/id/allocation/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ethylene/>
DELETE DATA { s:declared-variant-settings tm:allocationMethod method:energy } ;
INSERT DATA { s:declared-variant-settings tm:allocationMethod method:mass }
