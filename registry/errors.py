"""Everything that can go wrong in the registry, as one tree.

::

    RegistryError
    ├── SubmissionError         a file that cannot be taken as a submission; nothing was stored
    ├── UnknownSubmissionError  no such submission or certificate, or several
    ├── TransitionError         a state that may not follow the present one; names those that may
    ├── RightsError             a change of state that this role does not make; names those that do
    ├── VerificationError       a verification that the register does not allow
    ├── PublishingError         what an audience is to be told cannot be computed
    └── CureError               the cure that a shape names cannot be made; names the cure and the cause

Every message says what is wrong, where, why, and how to mend it.
"""

from __future__ import annotations


class RegistryError(Exception):
    """Root of all errors of this package."""


class SubmissionError(RegistryError):
    """A file that cannot be taken as a submission. Nothing was stored."""


class UnknownSubmissionError(RegistryError):
    """There is no such submission or certificate, or the name fits several."""


class TransitionError(RegistryError):
    """A state may not follow the present one; the message names those that may."""


class RightsError(RegistryError):
    """A change of state that nobody in these roles makes; the message names the roles that do."""


class VerificationError(RegistryError):
    """A verification or certificate that the register does not allow."""


class CureError(RegistryError):
    """The cure that a shape names cannot be made."""


class PublishingError(RegistryError):
    """What an audience is to be told of data that it does not read cannot be computed."""
