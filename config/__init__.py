"""Settings, and the content that clinicians edit."""
