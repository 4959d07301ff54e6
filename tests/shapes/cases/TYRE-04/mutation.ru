# study: tyres
# the distance is not stated
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/tyres/>
DELETE DATA { s:profile tm:serviceDistance 50000 }
