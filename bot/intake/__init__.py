"""The one way in: every text a person gives passes here; crisis first, moderation second, feature third."""
