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
