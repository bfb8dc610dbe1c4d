#!/bin/bash
# On the first start of the postgres container: one role and one database for each service, which nobody else may connect to.
# Passwords are read by psql itself from the secrets, so that no process list shows them.
set -eu
export PGHOST=/var/run/postgresql PGUSER=${POSTGRES_USER:-postgres} PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
for service in enrolment scheduling outcomes notifications; do
  psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 -v "name=$service" --dbname postgres <<'SQL'
\set password `cat /run/secrets/postgres-:name`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 --dbname postgres -c 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
