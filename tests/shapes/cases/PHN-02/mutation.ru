# study: mobile-phone
# the default service life is not flagged
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/mobile-phone/>
DELETE DATA { s:profile tm:defaultUsed <https://w3id.org/tanmai/id/reference-value/service-life-mobile-phone> }
