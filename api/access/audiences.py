"""Before a server answers anybody, audiences lose what was taken from them while nothing served."""

from __future__ import annotations

import logging
from typing import Final

from api.settings import Settings
from graphstore.errors import GraphStoreError
from registry.errors import PublishingError
from registry.publishing.refreshing import catch_up

log: Final = logging.getLogger("tanmai.api.audiences")


def settle(settings: Settings, guarded: bool) -> None:
    """Bring audiences up to date with the store, if a writer that died has left that undone.

    Args:
        settings: What the server was told.
        guarded: Whether there are clients, who read as audiences.

    Raises:
        GraphStoreError: It cannot be done, and clients would read what was taken from them. Without clients it is only logged.
    """
    if settings.endpoint:
        return
    try:
        catch_up(settings.store, settings.write_seconds)
    except PublishingError as error:  # whoever lost something reads nothing; the others read what they read before
        log.warning("%s", error)
    except (GraphStoreError, OSError) as error:
        if guarded:
            raise
        log.warning("audiences are not up to date: %s", error)
