"""The database: tables, sessions, migrations. SQLite and PostgreSQL alike."""
