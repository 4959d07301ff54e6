# study: aluminium
# no perfluorocarbons (UC-30)
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:electrolysis tm:emission s:electrolysis-out-cf4, s:electrolysis-out-c2f6 }
