"""Read by Alembic: runs the steps on the connection that `migrations.apply` hands over, all in one transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
