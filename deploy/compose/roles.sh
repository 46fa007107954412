#!/bin/sh
# Brings the database's roles up to date, with the passwords that stand in /run/secrets.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres.password)
export PGPASSWORD PGHOST=postgres PGUSER=postgres PGDATABASE=handelsbyer

{
    cat /roles.sql
    for path in /run/secrets/*_owner.password /run/secrets/*_runtime.password; do
        # psql reads the password itself: it must not stand among a program's arguments.
        printf '\\set password `cat %s`\nALTER ROLE "%s" PASSWORD :'"'password'"';\n' "$path" "$(basename "$path" .password)"
    done
} | psql --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1
echo "roles, schemas and grants are up to date"
