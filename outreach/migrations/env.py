"""Alembic's entry: runs on the connection that outreach.migrations hands over."""

from alembic import context

from outreach.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
