# study: lead
# the slag is not said to be it
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX group: <https://w3id.org/tanmai/id/product-group/>
PREFIX s: <https://w3id.org/tanmai/example/studies/lead/>
DELETE DATA { s:slag tm:productGroup group:metallurgical-slag }
