.PHONY: test build

# The whole suite, with the race detector, against a real Redis.
test:
	@.ci/redis
	go test -race -timeout 8m ./...

build:
	CGO_ENABLED=0 go build -trimpath -o wick ./cmd/wick
