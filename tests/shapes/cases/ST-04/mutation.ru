# study: steel-bf-bof
# the tar is not said to be a coke by-product
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX group: <https://w3id.org/tanmai/id/product-group/>
PREFIX s: <https://w3id.org/tanmai/example/studies/steel-bf-bof/>
DELETE DATA { s:tar tm:productGroup group:coke-by-products }
