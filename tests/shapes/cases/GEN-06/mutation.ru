# study: general
# nothing supplies the varnish any more
PREFIX tm: <https://w3id.org/tanmai/ontology#>
PREFIX s: <https://w3id.org/tanmai/example/studies/general/>
DELETE DATA { s:assembly-in-varnish tm:defaultProvider s:factor-varnish }
