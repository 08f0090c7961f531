#!/bin/sh
# Makes the room's user and database, once, in an empty Postgres: as its superuser, or by the image of compose.yaml.
# The room's address of the database says who and with which password: postgres://concordat:PASSWORD@HOST/concordat, on
# standard input, or in the file that DATABASE_URL_FILE names. The user may make the one role that the room serves with
# (CREATEROLE), owns the database, and is no superuser.

set -eu
if [ -n "${DATABASE_URL_FILE:-}" ]; then address=$(cat "$DATABASE_URL_FILE"); else address=$(cat); fi
login=${address#*://}
user=${login%%:*}
password=${login#*:}
password=${password%%@*}
database=${login##*/}
database=${database%%\?*}
for word in "$user" "$password" "$database"; do
  case "$word" in
    "" | *[!A-Za-z0-9_-]*)
      echo "the address is postgres://USER:PASSWORD@HOST/DATABASE, these words of letters, digits, _ and -" >&2
      exit 1
      ;;
  esac
done

# The password comes by standard input and into no log, also where a statement fails.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<SQL
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = panic;
create role "$user" login createrole nosuperuser password '$password';
create database "$database" owner "$user" template template0 encoding 'UTF8';
revoke all on database "$database" from public;
SQL
