# study: li-ion-battery
# the share of primary data is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/li-ion-battery/>
DELETE { s:declared tm:primaryDataShare ?share } WHERE { s:declared tm:primaryDataShare ?share }
