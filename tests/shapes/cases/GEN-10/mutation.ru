# study: general
# it is not said how boards and chips share the sawmill
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX method: <https://w3id.org/tanmai/id/allocation/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:sawing tm:allocationMethod method:mass }
