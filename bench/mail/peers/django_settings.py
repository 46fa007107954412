"""Django's settings for django-post_office at its best: on Postgres, with large batches.

DATABASE_URL, SMTP_PORT and MEDIA_ROOT are read from the environment.
"""

import os
from urllib.parse import urlsplit

_database = urlsplit(os.environ["DATABASE_URL"])

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _database.hostname,
        "PORT": _database.port,
        "USER": _database.username,
        "PASSWORD": _database.password,
        "NAME": _database.path.removeprefix("/"),
    }
}
INSTALLED_APPS = ["post_office"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
MEDIA_ROOT = os.environ["MEDIA_ROOT"]
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["SMTP_PORT"])
POST_OFFICE = {
    "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    "BATCH_SIZE": 2_000,
    "THREADS_PER_PROCESS": 2,
    # As is usual: each attempt is kept, as each of ours is.
    "LOG_LEVEL": 2,
}
