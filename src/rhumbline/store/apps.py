"""What Django has to know about the store."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The one application with tables."""

    name = "rhumbline.store"
    label = "store"
    verbose_name = "Rhumbline"
    default_auto_field = "django.db.models.BigAutoField"
