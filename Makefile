.PHONY: test chaos siege fuzz build dist sign deploy packages pictures bench

# The whole suite, with the race detector, against a real Redis and the SSH
# clients that people have.
test:
	@.ci/redis
	@.ci/peers
	go test -race -p 1 -parallel 8 -timeout 9m ./...

# Faults drawn at random while twenty people write on each kind of Redis and
# owners shorten, lock and destroy rooms and kick people, two minutes of them in
# all; the seed is printed, and SEED=… does the same again.
chaos:
	@.ci/redis
	go test -race -count=1 -v -timeout 9m -run '^TestChaos$$' ./sshapp -args -chaos 2m $(if $(SEED),-chaos.seed $(SEED))

# Every fuzz target for FUZZTIME (10s).
fuzz:
	@.ci/fuzz

# Static binaries for every system, and packages for Linux, the same bytes from the
# same commit; see the checksums beside them. It takes minutes for each the first time.
dist:
	@.ci/dist dist

# Signs the checksums with an SSH key: make sign KEY=~/.ssh/release. How to verify
# them is in docs/hosting.md.
DIST ?= dist
sign:
	@[ -n "$(KEY)" ] || { echo 'Name the key: make sign KEY=FILE' >&2; exit 2; }
	@rm -f $(DIST)/SHA256SUMS.sig
	ssh-keygen -Y sign -f $(KEY) -n file $(DIST)/SHA256SUMS

# The packages in a Debian of their own, which boots: installed, talked to, upgraded,
# removed. As root; minutes, more the first time.
packages:
	@.ci/packages

# The pictures of the README and the docs, of real sessions.
pictures:
	mkdir -p docs
	go test -count=1 -run '^TestPictures$$' ./cmd/wick -pictures $(CURDIR)/docs

# What a server is set up with: the systemd unit, the compose file, completions,
# the manual, and that two builds are the same bytes.
deploy:
	@.ci/deploy

build:
	CGO_ENABLED=0 go build -trimpath -o wick ./cmd/wick

# How light it is: latency, bytes, CPU and memory of real SSH sessions, beside
# the barest chat over SSH there is. Minutes, on a machine that does nothing else.
bench:
	go run ./cmd/wickbench

# The attacks of strangers for a minute each, from several addresses, on a server
# beside twenty people who talk: what it costs them, the processor and the memory,
# as a table. The seed is printed, and SEED=… does the same again; FOR=… and
# REST=… are how long each lasts and when the memory is read again, ROW=… picks
# rows by name, and ON=redis keeps the rooms in a Redis. Some forty minutes.
siege:
	@.ci/redis
	go test -count=1 -timeout 3h -run '^TestSiege$$/^rows$$$(if $(ROW),/$(ROW))' ./sshapp -args -siege $(or $(FOR),1m) -siege.rest $(or $(REST),1m) $(if $(SEED),-siege.seed $(SEED)) $(if $(filter redis,$(ON)),-siege.redis)
