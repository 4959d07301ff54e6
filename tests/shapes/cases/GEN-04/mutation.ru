# study: mobile-phone
# the use of the phone is left out without a word; its value stands under manufacturing
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX stage: <https://w3id.org/tanmai/id/stage/>
PREFIX s: <https://w3id.org/tanmai/example/studies/mobile-phone/>
DELETE DATA { s:declared-use tm:stage stage:use ; tm:co2e 10.121304 . s:declared-manufacturing tm:co2e 3.235120 } ;
INSERT DATA { s:declared-manufacturing tm:co2e 13.356424 }
