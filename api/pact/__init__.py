"""PACT 3: footprints that partners exchange, as a host and as a client.

The host answers ``/3/footprints`` and ``/3/events``. Modules: :mod:`api.pact.routes`, the addresses; :mod:`api.pact.reading` and
:mod:`api.pact.writing`, what child processes do for them; :mod:`api.pact.events`, the events; :mod:`api.pact.inbox`, events that
wait to be dealt with, durably; :mod:`api.pact.sender`, which deals with them; :mod:`api.pact.announcing`, what partners are told of
ours; :mod:`api.pact.telling`, errors as PACT words them.

The client calls the hosts of others: :mod:`api.pact.partners`, who they are; :mod:`api.pact.outbound`, HTTPS to them alone;
:mod:`api.pact.session`, signing in, reading and sending; :mod:`api.pact.pulling`, all that a partner offers into the store.

Facts: PACT Technical Specifications 3.0.3 (WBCSD), in this project's words.
"""
