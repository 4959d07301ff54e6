# study: textiles
# it is not said how often the shirt is washed
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/textiles/>
DELETE DATA { s:profile tm:numberOfWashes 25 }
