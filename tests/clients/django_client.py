#!/usr/bin/python3
"""Django against a served database: the migrations of its own applications, the ORM, inspectdb.

usage: django_client.py HOST PORT DATABASE; prints "ok NAME" or "FAIL NAME: why" a check.
"""
import io
import sys
import traceback

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": sys.argv[1], "PORT": sys.argv[2],
                           "NAME": sys.argv[3], "USER": "postgres"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True)
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import IntegrityError, connection, transaction  # noqa: E402
from django.db.models import Count, F, Q  # noqa: E402


def migrations_run():
    call_command("migrate", verbosity=0)


def the_orm_works():
    group = Group.objects.create(name="readers")
    for i in range(5):
        User.objects.create_user("user%d" % i, "u%d@example.org" % i, "secret").groups.add(group)
    assert group.user_set.count() == 5
    assert User.objects.filter(Q(username="user1") | Q(email__icontains="U2@")).count() == 2
    assert Group.objects.annotate(n=Count("user")).get().n == 5
    User.objects.filter(username="user3").update(last_name=F("username"))
    assert list(User.objects.order_by("-username").values_list("last_name", flat=True)[1:2]) == ["user3"]
    user, created = User.objects.update_or_create(username="user4", defaults={"first_name": "Four"})
    assert not created and user.first_name == "Four"
    User.objects.get(username="user0").delete()
    assert User.objects.in_bulk(field_name="username").keys() == {"user1", "user2", "user3", "user4"}


def integrity_errors_roll_back():
    try:
        with transaction.atomic():
            Group.objects.create(name="readers")
        raise AssertionError("no error")
    except IntegrityError:
        pass
    assert Group.objects.count() == 1


def inspectdb_writes_models():
    out = io.StringIO()
    call_command("inspectdb", stdout=out)
    text = out.getvalue()
    assert "class AuthUser(" in text and "models.CharField(unique=True, max_length=150)" in text, text
    assert "Unable to inspect" not in text, text
    names = {t.name for t in connection.introspection.get_table_list(connection.cursor())}
    assert "auth_user_groups" in names


def main():
    failed = 0
    for check in (migrations_run, the_orm_works, integrity_errors_roll_back, inspectdb_writes_models):
        try:
            check()
            print("ok", check.__name__)
        except Exception:
            failed += 1
            print("FAIL", check.__name__ + ":", " ".join(traceback.format_exc().strip().splitlines()[-3:]))
    return failed != 0


sys.exit(main())
