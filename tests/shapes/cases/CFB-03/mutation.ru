# study: eu-battery
# the use stage is counted, with nought
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX stage: <https://w3id.org/tanmai/id/stage/>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
INSERT DATA {
    s:declared tm:contribution s:declared-use .
    s:declared-use a tm:Contribution ; tm:stage stage:use ; tm:co2e 0
}
