# study: general
# the workshop takes the factor of direct CO2 of 2022
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX factor: <https://w3id.org/tanmai/id/electricity-factor/>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:assembly-in-electricity tm:defaultProvider factor:footprint-CN-grid-average-2024 } ;
INSERT DATA { s:assembly-in-electricity tm:defaultProvider factor:co2-CN-grid-average-2022 }
