# TypeScript is compiled in one stage, the packages for production are installed in another; the image holds only what runs.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY lua lua
COPY package.json ./
USER node
# Of this process alone, for the container's own health check; Compose opens it to its network.
ENV WATCHFIRE_HTTP=127.0.0.1:9464
# Healthy as long as this process takes part in the work: it is asked itself, and how the engine is as a whole is for the metrics.
HEALTHCHECK --interval=15s --timeout=5s --start-period=15s --retries=4 CMD ["node", "-e", "fetch('http://127.0.0.1:9464/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["worker"]
