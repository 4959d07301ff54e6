# study: ammonium-phosphate
# the route of the ammonia is not stated
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX route: <https://w3id.org/tanmai/id/production-route/>
PREFIX s: <https://w3id.org/tanmai/example/studies/ammonium-phosphate/>
DELETE DATA { s:ammonia tm:productionRoute route:ammonia-coal }
