# study: copper
# a fifth of the copper is scrap of unknown origin
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/copper/>
DELETE DATA { s:cathode tm:postConsumerScrapShare 0 } ;
INSERT DATA { s:cathode tm:postConsumerScrapShare 0.2 }
