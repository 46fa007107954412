-- Roles, schemas and grants of the database that one is connected to. Run it as a superuser, as often as you like.
--
-- Each service has a schema of its own name and two roles: <service>_owner owns the schema and migrates it,
-- <service>_runtime reads and writes its rows and can change no table. Nobody else may even connect.
-- No role has a password yet, and without one it cannot log in.

DO $$
DECLARE
    service text;
    owner_role text;
    runtime_role text;
    role text;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;

    FOREACH service IN ARRAY ARRAY['membership', 'meetings', 'notifications'] LOOP
        owner_role := service || '_owner';
        runtime_role := service || '_runtime';

        FOREACH role IN ARRAY ARRAY[owner_role, runtime_role] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                EXECUTE format('CREATE ROLE %I LOGIN', role);
            END IF;
            EXECUTE format('ALTER ROLE %I SET search_path = %I', role, service);
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
        END LOOP;

        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, owner_role);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, runtime_role);
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I',
            owner_role, service, runtime_role
        );
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I',
            owner_role, service, runtime_role
        );
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC', owner_role
        );
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT EXECUTE ON FUNCTIONS TO %I',
            owner_role, service, runtime_role
        );
    END LOOP;
END
$$;
