# Lastgood's server and command line. docker-compose.yml runs it as migrate, serve and worker.
FROM node:20.20.2-slim AS build
WORKDIR /lastgood
COPY package.json package-lock.json .npmrc ./
# No package may run a script of its own at install time; none that is needed here has to.
RUN npm ci --ignore-scripts
COPY tsconfig.json .swcrc nest-cli.json ./
COPY scripts/build.mjs scripts/bundle.mjs scripts/start.cjs scripts/
COPY migrations migrations
COPY src src
RUN npm run --silent build

FROM node:20.20.2-slim AS packages
WORKDIR /lastgood
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM node:20.20.2-slim
ENV NODE_ENV=production LASTGOOD_DATA=/var/lib/lastgood
WORKDIR /lastgood
COPY --from=packages /lastgood/node_modules node_modules
COPY --from=build /lastgood/dist dist
COPY package.json LICENSE README.md CHANGELOG.md ./
COPY docs/openapi.json docs/
RUN mkdir /var/lib/lastgood && chown node:node /var/lib/lastgood \
  && ln -s /lastgood/dist/bin/lastgood.js /usr/local/bin/lastgood
USER node
# The API, and where LASTGOOD_WORKER_LISTEN says so the worker's health and metrics.
EXPOSE 7420 7421
ENTRYPOINT ["node", "/lastgood/dist/bin/lastgood.js"]
CMD ["--help"]
