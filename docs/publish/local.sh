export HANDELSBYER_BROKER=$(jq -r '.amqp | "amqp://register:\(.users.register)@\(.host):\(.port)/"' .run/stack.json)
