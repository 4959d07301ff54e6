# study: label
# the certificate is about steel
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
PREFIX group: <https://w3id.org/tanmai/id/product-group/>
DELETE DATA { l:profile tm:productGroup group:aluminium-profile } ;
INSERT DATA { l:profile tm:productGroup group:steel }
