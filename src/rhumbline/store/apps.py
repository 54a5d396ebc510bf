"""What Django has to know about the store."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class StoreConfig(AppConfig):
    """The one application with tables."""

    name = "rhumbline.store"
    label = "store"
    verbose_name = "Rhumbline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the SQL views follow the records."""
        from rhumbline.store.sql_views import renew_views, withdraw_views

        pre_migrate.connect(withdraw_views, sender=self)
        post_migrate.connect(renew_views, sender=self)
