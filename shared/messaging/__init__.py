"""How events travel: CloudEvents over RabbitMQ, an outbox and an inbox in each service's schema."""
