"""How Alembic reaches the database: by the connection that schema.py opened for it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
