# study: steel-eaf
# the product is of the other route
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX route: <https://w3id.org/tanmai/id/production-route/>
PREFIX s: <https://w3id.org/tanmai/example/studies/steel-eaf/>
DELETE DATA { s:bar tm:productionRoute route:steel-eaf } ;
INSERT DATA { s:bar tm:productionRoute route:steel-bf-bof }
