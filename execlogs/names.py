"""Who executed, and on which notebook servers: the names in some spaces, without passing over their executions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from django.db import connection

from execlogs.models import Execution

MOST = 2_000  # names, each counted once a space

# A look into the index for each name: the next one that is greater. No query of Django's own goes on from what
# it found.
_NEXT = """
WITH RECURSIVE named(space_id, name) AS (
    SELECT space.id, (SELECT e.{field} FROM {table} e WHERE e.space_id = space.id ORDER BY e.{field} LIMIT 1)
    FROM {spaces} space WHERE space.id IN ({ids})
  UNION ALL
    SELECT named.space_id, (
        SELECT e.{field} FROM {table} e
        WHERE e.space_id = named.space_id AND e.{field} > named.name ORDER BY e.{field} LIMIT 1)
    FROM named WHERE named.name IS NOT NULL
)
SELECT name FROM named WHERE name <> '' LIMIT {most}
"""


def names_in(spaces: Collection[int], field: Literal["who", "host"]) -> Sequence[str]:
    """In alphabetical order; one query."""
    if not spaces:
        return ()
    table = Execution._meta.db_table
    space_table = Execution._meta.get_field("space").related_model._meta.db_table
    ids = ", ".join(["%s"] * len(spaces))
    sql = _NEXT.format(field=field, table=table, spaces=space_table, ids=ids, most=MOST)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(spaces))
        return sorted({name for (name,) in cursor.fetchall()})
