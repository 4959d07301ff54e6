# study: aluminium
# a Soderberg cell
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX cell: <https://w3id.org/tanmai/id/cell-technology/>
PREFIX s: <https://w3id.org/tanmai/example/studies/aluminium/>
DELETE DATA { s:electrolysis tm:cellTechnology cell:PFPB-L } ;
INSERT DATA { s:electrolysis tm:cellTechnology cell:VSS }
