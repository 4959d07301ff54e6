# study: eu-battery
# the grid electricity of the cells takes the factor of photovoltaic power
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/eu-battery/>
DELETE DATA { s:cell-making-in-electricity tm:defaultProvider <https://w3id.org/tanmai/id/electricity-factor/footprint-CN-grid-average-2024> } ;
INSERT DATA { s:cell-making-in-electricity tm:defaultProvider <https://w3id.org/tanmai/id/electricity-factor/footprint-CN-solar-pv-2024> }
