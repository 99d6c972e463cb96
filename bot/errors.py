"""The exception tree, with the sentence a person gets for each.

::

    HandrailError
    ├── SettingsError        a setting is missing or wrong; names the variable; exit 2
    ├── ProgrammeFileError   the programme file cannot be used; names line and key; exit 2
    ├── ContentError         a content file cannot be used; names file, line and key; exit 2
    ├── TimingError          a zone, wall time, duration or rule that cannot be used
    ├── DatabaseError        the database cannot be opened, read or written
    │   ├── WrongKeyError    stored words were encrypted under a key that is not listed
    │   └── BackupError      a backup cannot be written, or is not one, or does not fit
    ├── NotAllowedError      this person may not do this here
    ├── NotFoundError        what was named does not exist, or no longer
    └── DiscordSetupError    the server or the application is not set up for what was asked
        └── DiscordAwayError Discord does not answer, or not as it should

``str(error)`` is that sentence: it says what was wrong and what to do, and carries nothing of anybody's words.
"""


class HandrailError(Exception):
    """Anything Handrail refuses or cannot do, said in one sentence for the person who asked."""


class SettingsError(HandrailError):
    """A setting is missing or wrong. The sentence names the environment variable."""


class ProgrammeFileError(HandrailError):
    """The programme file cannot be used. The sentence names file, line and key."""


class ContentError(HandrailError):
    """A content file cannot be used. The sentence names file, line and key."""


class TimingError(HandrailError):
    """A zone, a wall time, a duration or a recurrence rule that cannot be used."""


class DatabaseError(HandrailError):
    """The database cannot be opened, read or written."""


class WrongKeyError(DatabaseError):
    """Something stored was encrypted under a key that is not among the listed ones."""


class BackupError(DatabaseError):
    """A backup cannot be written, is not one of ours, or does not fit this database."""


class NotAllowedError(HandrailError):
    """This person may not do this here."""


class NotFoundError(HandrailError):
    """What was named does not exist, or does not exist any more."""


class DiscordSetupError(HandrailError):
    """The server or the application lacks something that was needed: a permission, a channel, an intent."""


class DiscordAwayError(DiscordSetupError):
    """Discord does not answer, or not as it should: it may later, and nothing of ours needs to change."""
