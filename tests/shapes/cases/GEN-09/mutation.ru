# study: general
# the glue makes 1 % of the footprint; where no product rule states a limit, that is a warning
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:cut-off-glue tm:share 0.004 } ;
INSERT DATA { s:cut-off-glue tm:share 0.01 }
