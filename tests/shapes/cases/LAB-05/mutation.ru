# study: label
# the footprint of the base year was never verified
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX l: <https://w3id.org/tanmai/example/studies/label/>
DELETE DATA { l:mesh-2021 tm:verification l:mesh-verification-2021 }
