FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/wick ./cmd/wick \
 && install -d -m 0700 /out/data

# Nothing but the binary. The host key and the secret live in the volume, never
# in the image.
FROM scratch
COPY --from=build /out/wick /wick
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
USER 65532:65532
VOLUME /data
ENV WICK_DATA_DIR=/data
EXPOSE 2222
HEALTHCHECK CMD ["/wick", "healthcheck"]
ENTRYPOINT ["/wick"]
