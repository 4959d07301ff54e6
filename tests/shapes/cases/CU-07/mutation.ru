# study: copper
# the study is calculated under CBAM
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX scheme: <https://w3id.org/tanmai/id/calculation-scheme/>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:settings tm:calculationScheme scheme:gbt-24067 } ;
INSERT DATA { s:settings tm:calculationScheme scheme:cbam }
