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
# Healthy as long as the engine works; whether others take its jobs is not the business of this container. REDIS_URL is the one of
# the container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=15s --retries=4 CMD ["node", "dist/cli/main.js", "status", "--engine-only"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["worker"]
