# study: li-ion-battery
# the separator is not said to be one
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX component: <https://w3id.org/tanmai/id/component/>
PREFIX s: <https://w3id.org/tanmai/example/studies/li-ion-battery/>
DELETE DATA { s:separator tm:componentKind component:separator }
