package rooms

import (
	"maps"
	"slices"
	"strings"
)

// ssh sends the login name of the person's own machine if they typed none. Many machines
// come with the same one, and strangers who have it must not meet in a room.

// reservedNames are such login names, and the words that have another meaning in
// addresses.
var reservedNames = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`
		new me

		root admin administrator superuser sysadmin operator user user1 username
		guest anonymous anon nobody daemon support service default demo test
		tester testuser student login local localuser app server host localhost
		ssh sshd system bin sync

		debian ubuntu kubuntu xubuntu lubuntu fedora centos redhat rhel rocky
		almalinux oracle arch archlinux alarm manjaro endeavouros garuda cachyos
		alpine opensuse suse gentoo voidlinux slackware nixos guix mint zorin
		deepin mageia artix linux freebsd openbsd netbsd coreos core flatcar
		bottlerocket vyos openwrt

		kali parrot blackarch remnux tails amnesia whonix qubes liveuser liveusr
		livecd knoppix puppy

		pi raspberry raspberrypi orangepi odroid radxa pine64 linaro jetson
		nvidia dietpi osmc libreelec volumio hass homeassistant beagle steam
		deck steamdeck steamos bazzite chimeraos mobile android termux

		ec2-user ssm-user cloudshell-user azureuser azure vsts opc cloud-user
		clouduser cloudadmin bitnami outscale proxmox synology qnap vagrant
		packer ansible terraform

		vscode codespace codespaces gitpod coder devcontainer developer replit
		jovyan jupyter rstudio rstudio-user sandbox cloud9 theia

		jenkins runner runneradmin gitlab gitlab-runner github circleci travis
		buildkite buildkite-agent buildbot teamcity appveyor semaphore codebuild
		builder backup deploy deployer

		git gitea www www-data nginx apache ftp ftpuser postgres mysql redis
		docker podman kubernetes k8s minikube rancher appuser node deno bun
		puppeteer pptruser playwright seluser nonroot

		defaultuser defaultuser0 defaultaccount wdagutilityaccount
		containeradministrator containeruser vssadministrator`) {
		m[s] = true
	}
	return m
}()

// ReservedNames returns the login names that are never rooms, sorted, with "N" for a
// number in those that have one.
func ReservedNames() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(reservedNames)), "u0_aN", "uN_aN", "uN_iN")))
}

// isReserved reports whether a name in lower case is a login name that machines send by
// themselves.
func isReserved(name string) bool { return reservedNames[name] || isAndroidUser(name) }

// isAndroidUser reports whether a name is that of an app's user on Android, such as
// u0_a254, or u10_i7 for an isolated process.
func isAndroidUser(name string) bool {
	user, app, ok := strings.Cut(name, "_")
	return ok && len(user) > 1 && user[0] == 'u' && isNumber(user[1:]) &&
		len(app) > 1 && (app[0] == 'a' || app[0] == 'i') && isNumber(app[1:])
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }
