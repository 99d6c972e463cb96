"""The database: types, keys, units of work, migrations, backup, rotation, and the rules every table keeps."""
