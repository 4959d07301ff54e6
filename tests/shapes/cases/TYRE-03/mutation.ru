# study: tyres
# the textile cord is not named as such
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX component: <https://w3id.org/tanmai/id/component/>
PREFIX s: <https://w3id.org/tanmai/example/studies/tyres/>
DELETE DATA { s:textile-cord tm:componentKind component:textile-cord }
