"""Engine, column types, keys, unit of work, migrations, backup."""
