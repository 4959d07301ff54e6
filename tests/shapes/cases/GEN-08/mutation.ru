# study: general
# the study goes by the fifth assessment report and does not say why
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX gwp-set: <https://w3id.org/tanmai/id/gwp-set/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:settings tm:gwpSet gwp-set:AR6 . s:declared tm:gwpSet gwp-set:AR6 } ;
INSERT DATA { s:settings tm:gwpSet gwp-set:AR5 . s:declared tm:gwpSet gwp-set:AR5 }
