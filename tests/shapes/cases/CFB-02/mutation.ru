# study: eu-battery
# the cycles of a passenger car in a two-wheeler
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
DELETE DATA { s:profile tm:vehicleCategory <https://w3id.org/tanmai/id/vehicle-category/M1-N1> } ;
INSERT DATA { s:profile tm:vehicleCategory <https://w3id.org/tanmai/id/vehicle-category/L> }
