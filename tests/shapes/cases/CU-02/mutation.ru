# study: copper
# mixed copper without the shares of its routes
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX route: <https://w3id.org/tanmai/id/production-route/>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:cathode tm:productionRoute route:copper-pyrometallurgical } ;
INSERT DATA { s:cathode tm:productionRoute route:copper-mixed }
