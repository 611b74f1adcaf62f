.PHONY: test build bench

# The whole suite, with the race detector, against a real Redis.
test:
	@.ci/redis
	go test -race -timeout 8m ./...

build:
	CGO_ENABLED=0 go build -trimpath -o wick ./cmd/wick

# How light it is: latency, bytes, CPU and memory of real SSH sessions, beside
# the barest chat over SSH there is. Minutes, on a machine that does nothing else.
bench:
	go run ./cmd/wickload/bench
