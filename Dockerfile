# The server alone: it needs a Postgres (DATABASE_URL), and to be more than one, a Redis (REDIS_URL). docker-compose.yml has it all.
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

# Without the embedded Postgres's binaries, which are optional: a container's database is elsewhere.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json buddies.yaml ./
# Development secrets are kept here when it is tried out; in production nothing is.
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4000
# Alive, not ready: a server that waits for its database, or lets its last turns end, is not to be killed for it.
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
