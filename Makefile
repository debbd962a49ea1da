# image-factory: `make help` lists every target.
#
# On a fresh Debian 12 or 13 with git, make and a Swift toolchain, `make debian-13` needs nothing else: it installs what is
# missing with apt-get, builds the program and builds the image.

SHELL := /bin/bash
.DEFAULT_GOAL := help

prefix ?= /usr/local
DESTDIR ?=
images ?= images

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
SWIFT_RELEASE := swift build -c release --product image-factory
RELEASE := .build/release/image-factory

# What a build of the program, a build of an image and the tests need.
BUILD_PACKAGES := pkg-config libvirt-dev libparted-dev libext2fs-dev comerr-dev
RUN_PACKAGES := libvirt-daemon libvirt-clients qemu-system-x86 qemu-utils virtinst cpio e2fsprogs rsync openssh-client \
	gpg gpgv gpg-agent debian-archive-keyring xz-utils tar ca-certificates
TEST_PACKAGES := openssh-server tini zerofree fdisk parted debconf shellcheck busybox-static dpkg-dev apt curl python3 \
	mandoc time procps zstd sudo passwd util-linux

# Packages that are not installed yet, and one apt-get for them.
define install-packages
	@missing=""; for package in $(1); do \
	  [ "$$(dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null)" = installed ] || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
endef

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## install what building the program and images needs (apt-get)
	$(call install-packages,$(BUILD_PACKAGES) $(RUN_PACKAGES))

.PHONY: test-deps
test-deps: ## install what the tests need as well
	$(call install-packages,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES))

.PHONY: release
release: deps ## build the release binary
	$(SWIFT_RELEASE)

.PHONY: debian-12 debian-13
debian-12: release ## build a golden image of Debian 12 into ./images/
	mkdir -p $(images) && $(RELEASE) build debian-12 --set output-dir=$(abspath $(images))

debian-13: release ## build a golden image of Debian 13 into ./images/
	mkdir -p $(images) && $(RELEASE) build debian-13 --set output-dir=$(abspath $(images))

.PHONY: try
try: release ## can this machine build images? the whole pipeline with a miniature guest, minutes not hours
	$(RELEASE) selftest

.PHONY: check
check: test-deps lint ## format, build and every test that does not install a real distribution
	Tests/run-tests

.PHONY: check-install
check-install: test-deps release ## build debian-13 and debian-12 for real and boot the images (most of an hour without KVM)
	Tests/check-install $(RELEASE)

.PHONY: man
man: ## write man/image-factory.conf.5 anew from the settings table
	swift build --product image-factory
	"$$(swift build --show-bin-path)/image-factory" settings --man > man/image-factory.conf.5.new
	mv man/image-factory.conf.5.new man/image-factory.conf.5

.PHONY: fuzz
fuzz: ## 2,000 random configs beside Python's configparser, then ten minutes of mutated configs
	IMAGE_FACTORY_FUZZ=1 IMAGE_FACTORY_FUZZ_SECONDS=600 swift test --filter SettingsTests

# Whole processes are timed, their start included; the configuration is the shipped one and 200 images.
define BENCH_CONFIG
import os, pathlib, shutil, statistics, subprocess, sys, tempfile, time
reader = """
import configparser, sys
config = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
config.read(sys.argv[2:])
if sys.argv[1] == "resolve":
    for name in config.sections():
        for key in config[name]:
            try:
                config[name][key]
            except configparser.InterpolationError:
                pass
"""
image = """[bench-{0}]
inherits = debian-{1}
description = image {0} of the benchmark
hostname = bench-{0}
image-size = {2}G
packages = $${{debian:packages}} vim htop
users = user-{0}
mount = /srv/images
output-dir = $${{mount}}/{0}
upload-destinations = shelf-{0}
[user:user-{0}]
sudo = yes
[shelf-{0}]
upload-type = rsync
upload-target = images@mirror.example.org:$${{bench-{0}:mount}}/
post-upload-command = /usr/bin/test -e $${{image}}
"""
with tempfile.TemporaryDirectory() as scratch:
    configs = pathlib.Path(scratch) / "configs"
    shutil.copytree("configs", configs)
    for number in range(200):
        (configs / "images" / f"bench-{number}.conf").write_text(image.format(number, 12 + number % 2, 4 + number % 9))
    files = [str(configs / "defaults.conf")] + sorted(map(str, configs.glob("distros/*.conf"))) + sorted(map(str, configs.glob("images/*.conf")))
    empty = pathlib.Path(scratch) / "empty.conf"
    empty.touch()
    python = [sys.executable, "-c", reader]
    commands = [
        ("image-factory check --all", [sys.argv[1], "check", "--all", "--configs", str(configs), "--config", str(empty)]),
        ("configparser: read", python + ["read"] + files),
        ("configparser: read and resolve", python + ["resolve"] + files),
    ]
    print(f"{len(files)} files, {sum(map(os.path.getsize, files))} bytes; seconds, median of 5")
    for name, command in commands:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
        print(f"{name:32} {statistics.median(times):7.3f}   ({min(times):.3f} to {max(times):.3f})")
endef
export BENCH_CONFIG

.PHONY: bench-config
bench-config: release ## how long 'check --all' takes for 200 images, beside Python's configparser
	@python3 -c "$$BENCH_CONFIG" $(RELEASE)

.PHONY: lint
lint: ## the source is formatted
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

.PHONY: format
format: ## format the source
	swift format --in-place --recursive --parallel Package.swift Sources Tests

.PHONY: install
install: release ## install below $(prefix), with configs, manual and shell completions
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/share/image-factory \
	  $(DESTDIR)$(prefix)/share/man/man1 $(DESTDIR)$(prefix)/share/man/man5 \
	  $(DESTDIR)$(prefix)/share/bash-completion/completions $(DESTDIR)$(prefix)/share/zsh/site-functions \
	  $(DESTDIR)$(prefix)/share/fish/vendor_completions.d
	install -m 0755 $(RELEASE) $(DESTDIR)$(prefix)/bin/image-factory
	cp -r configs $(DESTDIR)$(prefix)/share/image-factory/
	install -m 0644 man/image-factory.1 $(DESTDIR)$(prefix)/share/man/man1/
	install -m 0644 man/image-factory.conf.5 $(DESTDIR)$(prefix)/share/man/man5/
	$(RELEASE) --generate-completion-script bash > $(DESTDIR)$(prefix)/share/bash-completion/completions/image-factory
	$(RELEASE) --generate-completion-script zsh > $(DESTDIR)$(prefix)/share/zsh/site-functions/_image-factory
	$(RELEASE) --generate-completion-script fish > $(DESTDIR)$(prefix)/share/fish/vendor_completions.d/image-factory.fish

.PHONY: clean
clean: ## remove what was built (not ./images/)
	rm -rf .build
