# study: li-ion-battery
# the type of the battery is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/li-ion-battery/>
DELETE DATA { s:battery tm:batteryType <https://w3id.org/tanmai/id/battery-type/energy-storage> }
