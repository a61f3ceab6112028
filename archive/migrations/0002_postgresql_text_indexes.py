"""Indexes that only PostgreSQL has: trigrams for names by wildcard, pattern order for IDs by their beginning."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

INDEXES = {
    "patient_name_trigrams": "patient USING gin (name_search gin_trgm_ops)",
    "study_referring_trigrams": "study USING gin (referring_physician_search gin_trgm_ops)",
    "patient_id_beginnings": "patient (patient_id text_pattern_ops)",
    "study_accession_beginnings": "study (accession_number text_pattern_ops)",
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # a trusted extension: no superuser needed
        for name, definition in INDEXES.items():
            schema_editor.execute(f"CREATE INDEX {name} ON {definition}")


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
