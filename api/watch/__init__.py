"""Webhooks: who is told of changes (:mod:`api.watch.targets`), and the task that tells them (:mod:`api.watch.watcher`)."""
