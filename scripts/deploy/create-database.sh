#!/bin/sh
# Makes the room's user and database, once, in an empty Postgres: as its superuser, or by the image of compose.yaml.
# The room's address of the database says who and with which password: postgres://concordat:PASSWORD@HOST/concordat, on
# standard input, or in the file that DATABASE_URL_FILE names. The user may make the one role that the room serves with
# (CREATEROLE), owns the database, and is no superuser.

set -eu
address=$(cat "${DATABASE_URL_FILE:-/dev/stdin}")
login=${address#*://}
user=${login%%:*}
password=${login#*:}
password=${password%%@*}
database=${login##*/}
database=${database%%\?*}
case "$user$password$database" in
  *[!A-Za-z0-9_-]*) echo "user, password and database are letters, digits, _ and - here" >&2; exit 1 ;;
esac

# The password comes by standard input: the process list of the machine shows it to nobody.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
set log_statement = 'none';
set log_min_duration_statement = -1;
create role "$user" login createrole nosuperuser password '$password';
create database "$database" owner "$user" template template0 encoding 'UTF8';
revoke all on database "$database" from public;
SQL
