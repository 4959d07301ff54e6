# study: steel-eaf
# the share of scrap from used products is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/steel-eaf/>
DELETE DATA { s:bar tm:postConsumerScrapShare 0.80 }
