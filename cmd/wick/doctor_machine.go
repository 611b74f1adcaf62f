package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/prometheus/procfs"
)

// spareFiles is how many files wick has open besides connections of people, at most: the
// log, sockets, Redis.
const spareFiles = 200

// checkMachine looks at what the machine lets the server do, or this process if the
// server's is not known, and at what may bring memory to a disk.
func (d *doctor) checkMachine(maxSessions int) {
	proc, err := procfs.NewFS(d.proc)
	if err != nil {
		d.warn("check swap, core dumps, open files and the clock yourself", "machine: %s cannot be read", d.proc)
		return
	}
	server, whose := procfs.Proc{}, "wick"
	if d.pid != 0 {
		server, err = proc.Proc(d.pid)
	}
	if d.pid == 0 || err != nil {
		server, err = proc.Self()
		whose = "this shell (to check wick itself, run this as root while it runs)"
	}
	if err != nil {
		d.warn("check swap, core dumps and open files yourself", "machine: %v", err)
		return
	}
	d.checkSwap(proc, server)
	limits, err := server.Limits()
	if err != nil {
		d.warn("check core dumps and open files yourself", "machine: %v", err)
	} else {
		if limits.CoreFileSize > 0 {
			d.warn("set LimitCORE=0 in its unit, or run ulimit -c 0 before starting it", "core dumps: a crash may write the memory of %s to disk", whose)
		} else {
			d.ok("core dumps: off for %s", whose)
		}
		if need := uint64(maxSessions + spareFiles); limits.OpenFiles < need {
			d.warn("set LimitNOFILE=65536 in its unit, or lower --max-sessions", "open files: %d for %s, and --max-sessions needs %d", limits.OpenFiles, whose, need)
		} else {
			d.ok("open files: %d for %s", limits.OpenFiles, whose)
		}
	}
	switch yes, known := d.synchronized(); {
	case !known:
		d.warn("check the clock yourself", "clock: the machine does not say whether it is synchronized")
	case !yes:
		d.warn("run timedatectl set-ntp true, or install chrony", "clock: it is not synchronized, so people see wrong times")
	default:
		d.ok("clock: synchronized")
	}
}

// checkSwap says whether memory of the server may be swapped out to a disk.
func (d *doctor) checkSwap(proc procfs.FS, server procfs.Proc) {
	swaps, err := proc.Swaps()
	if err != nil {
		d.warn("check it yourself", "swap: the machine does not say whether there is any")
		return
	}
	var disks []string
	for _, s := range swaps {
		if !strings.HasPrefix(s.Filename, "/dev/zram") { // is memory
			disks = append(disks, s.Filename)
		}
	}
	switch {
	case len(disks) == 0:
		d.ok("swap: none on a disk")
	case d.neverSwapped(server):
		d.ok("swap: wick's memory stays out of it")
	default:
		d.warn("run swapoff -a, set MemorySwapMax=0 in wick's unit, or make sure that it is encrypted", "swap: messages may be written to %s", strings.Join(disks, ", "))
	}
}

// neverSwapped reports whether the cgroup of the process allows it no swap.
func (d *doctor) neverSwapped(server procfs.Proc) bool {
	groups, err := server.Cgroups()
	if err != nil {
		return false
	}
	for _, g := range groups {
		if g.HierarchyID != 0 { // of version 1
			continue
		}
		limit, err := os.ReadFile(filepath.Join(d.cgroups, g.Path, "memory.swap.max"))
		return err == nil && strings.TrimSpace(string(limit)) == "0"
	}
	return false
}
