export HANDELSBYER_BROKER=$(jq -r '.amqp | "amqp://register:\(.users.register)@\(.host):\(.port)/"' .run/stack.json)
export HANDELSBYER_WEB=$(jq -r .services.membership.url .run/stack.json)
