# study: eu-battery
# the number of the declaration of conformity is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
DELETE { s:declared tm:conformityDeclaration ?number } WHERE { s:declared tm:conformityDeclaration ?number }
