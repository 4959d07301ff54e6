# study: photovoltaic
# the Korean rule beside the Chinese standard
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/photovoltaic/>
INSERT DATA { s:settings tm:calculationScheme <https://w3id.org/tanmai/id/calculation-scheme/korea-pv-tender> }
