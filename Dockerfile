# Two stages: everything that is needed to build, and the little that is needed to run.
FROM node:24-slim AS build
WORKDIR /helvino
COPY . .
# Installs by the lock file and builds; nothing is compiled, the database's binaries come with its package.
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 HELVINO_DATA_DIR=/data
WORKDIR /helvino
COPY --from=build /helvino/package.json /helvino/LICENSE ./
COPY --from=build /helvino/node_modules/better-sqlite3 node_modules/better-sqlite3
COPY --from=build /helvino/apps/server/package.json apps/server/package.json
COPY --from=build /helvino/apps/server/dist apps/server/dist
COPY --from=build /helvino/apps/widget/dist apps/widget/dist
COPY --from=build /helvino/apps/inbox/dist apps/inbox/dist
COPY --from=build /helvino/apps/demo/dist apps/demo/dist
# By its name: docker compose exec helvino helvino doctor
RUN ln -s /helvino/apps/server/dist/helvino.js /usr/local/bin/helvino \
  && chmod 755 apps/server/dist/helvino.js \
  && install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["helvino"]
CMD ["start"]
