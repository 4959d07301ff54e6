# Four defects for the example study: what `tanmai demo` hands in as a broken copy.
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
PREFIX ef: <https://w3id.org/tanmai/id/electricity-factor/>

# 1. The perfluorocarbons of the anode effects are left out.
DELETE DATA { s:electrolysis tm:emission s:electrolysis-out-cf4, s:electrolysis-out-c2f6 } ;

# 2. The electrolysis takes the factor that counts the direct CO2 of Guangdong's power stations alone.
DELETE WHERE { s:electrolysis-in-electricity tm:defaultProvider ?factor } ;
INSERT DATA { s:electrolysis-in-electricity tm:defaultProvider ef:co2-CN-GD-grid-average-2022 } ;

# 3. The declared total is not the sum of its stages.
DELETE WHERE { s:declared tm:co2e ?total } ;
INSERT DATA { s:declared tm:co2e 10400 } ;

# 4. More is left out than the rule allows for one source.
DELETE WHERE { s:cut-off tm:share ?share } ;
INSERT DATA { s:cut-off tm:share 0.02 }
