# study: eu-battery
# the data of the separator do not say that they comply
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
DELETE DATA { s:factor-separator tm:efCompliant true }
