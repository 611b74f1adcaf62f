.PHONY: test chaos siege fuzz build dist sign deploy packages image image-test pictures bench

# The whole suite, with the race detector, against a real Redis and many SSH
# clients. sshapp takes as long as all others together, so it comes first.
test:
	@.ci/redis
	@.ci/peers
	go test -race -p 2 -parallel 8 -timeout 9m ./sshapp ./...

# Two minutes of random faults while twenty people write on each kind of Redis and
# owners shorten, lock and destroy rooms and kick people. It prints the seed;
# SEED=… repeats a run.
chaos:
	@.ci/redis
	go test -race -count=1 -v -timeout 9m -run '^TestChaos$$' ./sshapp -args -chaos 2m $(if $(SEED),-chaos.seed $(SEED))

# Every fuzz target for FUZZTIME (10s).
fuzz:
	@.ci/fuzz

# Static binaries for every system, packages for Linux, and their checksums: the same
# bytes from the same commit. The first time, each takes minutes.
dist:
	@.ci/dist dist

# Signs the checksums with an SSH key: make sign KEY=~/.ssh/release. How to verify
# them is in docs/hosting.md.
DIST ?= dist
sign:
	@[ -n "$(KEY)" ] || { echo 'Name the key: make sign KEY=FILE' >&2; exit 2; }
	@rm -f $(DIST)/SHA256SUMS.sig
	ssh-keygen -Y sign -f $(KEY) -n file $(DIST)/SHA256SUMS

# Installs the packages on a Debian that boots, chats, upgrades and removes them. As
# root; it takes minutes, and more the first time.
packages:
	@.ci/packages

# Builds the container image with docker, podman or buildah, whichever works here.
image:
	@.ci/image

# Builds the image and runs it and the compose file with Podman, without a registry. As
# root; minutes.
image-test:
	@.ci/image-test

# Draws the pictures in the README and the docs from real sessions.
pictures:
	mkdir -p docs
	go test -count=1 -run '^TestPictures$$' ./cmd/wick -pictures $(CURDIR)/docs

# Checks what a server is set up with: the systemd units, the compose file, completions
# and the manual, and that two builds are the same bytes.
deploy:
	@.ci/deploy

build:
	CGO_ENABLED=0 go build -trimpath -o wick ./cmd/wick

# Measures latency, bytes, CPU and memory of real SSH sessions, beside the barest chat
# over SSH. It takes minutes, on a machine that does nothing else.
bench:
	go run ./cmd/wickbench

# Attacks a server from several addresses, for a minute in each way, while twenty people
# talk on it, and prints a table of what that costs them, the processor and the memory.
# It prints the seed; SEED=… repeats a run. FOR=… sets how long each attack lasts,
# REST=… when memory is read again, ROW=… picks rows by name, and ON=redis keeps the
# rooms in a Redis. It takes some forty minutes.
siege:
	@.ci/redis
	go test -count=1 -timeout 3h -run '^TestSiege$$/^rows$$$(if $(ROW),/$(ROW))' ./sshapp -args -siege $(or $(FOR),1m) -siege.rest $(or $(REST),1m) $(if $(SEED),-siege.seed $(SEED)) $(if $(filter redis,$(ON)),-siege.redis)
