"""``rhumbline migrate``: bring the tables of the database up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from rhumbline.faces.blocks import Tone
from rhumbline.faces.commands import Language
from rhumbline.server.commands.ready import place, served
from rhumbline.server.commands.saying import LanguageOption, headline, next_steps, say

# Any number, as long as nobody else uses it in this database: two servers that start at once take turns.
_LOCK = 7_248_623_019


def migrate(
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 when something waits.")] = False,
    language: LanguageOption = Language.EN,
) -> int:
    """Bring the database up to date after an upgrade."""
    with served(secret=False) as configuration:
        from rhumbline.server.health import waiting_migrations

        where = place(configuration.database)
        if check:
            waiting = waiting_migrations()
            if waiting:
                say(
                    language,
                    headline("migrate.waiting", Tone.WARNING, count=len(waiting)),
                    next_steps(migrate="migrate"),
                )
                return 1
            say(language, headline("migrate.nothing", database=where))
            return 0
        taken = bring_up_to_date()
        code = "migrate.done" if taken else "migrate.nothing"
        say(language, headline(code, count=taken, database=where), next_steps(up="up", doctor="doctor"))
    return 0


def bring_up_to_date() -> int:
    """Take every step the tables lack, and return how many those were."""
    from django.core.management import call_command
    from django.db import connection

    from rhumbline.server.health import waiting_migrations
    from rhumbline.store.sql_views import renew_views

    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            waiting = waiting_migrations()
            if waiting:
                call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            # A new field of a record needs no step, and is a new column of a view.
            renew_views()
        finally:
            if postgres:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return len(waiting)


__all__ = ["bring_up_to_date", "migrate"]
