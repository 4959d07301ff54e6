# study: photovoltaic
# the irradiation is left out
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/photovoltaic/>
DELETE DATA { s:profile tm:irradiation 1400 }
