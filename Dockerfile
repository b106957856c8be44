# The image of every in-cluster part, and of the CLI: one program per part, no shell, no package manager.
# `npm run image -- FILE` writes the same file system as an archive where there is no container daemon.
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates nodejs npm
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run image -- --root /image

FROM scratch
COPY --from=build /image /
USER 65532:65532
WORKDIR /app
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_ENV=production
ENTRYPOINT ["node", "/app/bin/mcs.js"]
