# study: li-ion-battery
# the factor of lithium carbonate names no standard
PREFIX std: <https://w3id.org/tanmai/id/standard/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX s: <https://w3id.org/tanmai/example/studies/li-ion-battery/>
DELETE DATA { s:factor-lithium-carbonate dcterms:conformsTo std:T-FSYY-0034-2021 }
