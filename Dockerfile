FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
# With .git: go puts the commit into the program, for wick version.
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -buildid=" -o /out/wick ./cmd/wick \
 && mkdir /out/data

# Nothing but the binary: no shell, no host key, and nothing that is written to. The
# host key and the secret live in the volume, so the root file system can be
# read-only.
FROM scratch
COPY --from=build /out/wick /wick
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
USER 65532:65532
VOLUME /data
ENV WICK_DATA_DIR=/data
EXPOSE 2222
# A real SSH handshake.
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/wick", "healthcheck"]
ENTRYPOINT ["/wick"]
