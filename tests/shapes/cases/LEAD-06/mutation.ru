# study: lead
# the share of scrap from used products is missing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/lead/>
DELETE DATA { s:ingot tm:postConsumerScrapShare 0 }
