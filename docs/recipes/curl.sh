#!/bin/sh
# A turn as server-sent events, without any client. Sent again with the same key and `Last-Event-ID`, it goes on where it broke off.
set -eu
server=${WAYPATH_URL:-http://127.0.0.1:4000/graphql}
server=${server%/graphql}
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
# As JSON has text; line breaks and tabs become spaces.
message=$(printf '%s' "${1:-Plan a launch}" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g')
body="{\"message\": \"$message\", \"idempotencyKey\": \"$key\"}"

curl --silent --show-error --fail-with-body -N "$server/api/chat" \
  -H "Authorization: Bearer $WAYPATH_TOKEN" \
  -H "Content-Type: application/json" \
  -d "$body"

# Of the same turn, only what came after its second event. It is not run again.
curl --silent --show-error --fail-with-body -N "$server/api/chat" \
  -H "Authorization: Bearer $WAYPATH_TOKEN" \
  -H "Content-Type: application/json" \
  -H "Last-Event-ID: 2" \
  -d "$body"
