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
# Swift's own libraries are linked in: the program runs on machines that have no Swift.
SWIFT_RELEASE := swift build -c release --static-swift-stdlib --product
RELEASE := .build/release/image-factory

# What a build of the program, a build of an image and the tests need.
BUILD_PACKAGES := pkg-config libvirt-dev libparted-dev libext2fs-dev comerr-dev libcrypt-dev
RUN_PACKAGES := libvirt-daemon libvirt-clients qemu-system-x86 qemu-utils virtinst cpio e2fsprogs rsync openssh-client \
	xorriso gpg gpgv gpg-agent debian-archive-keyring xz-utils tar ca-certificates
TEST_PACKAGES := openssh-server tini zerofree fdisk parted debconf shellcheck busybox-static dpkg-dev apt curl python3 \
	mandoc time procps zstd libarchive-tools sudo passwd util-linux xfsprogs btrfs-progs grub-common libxml2-utils python3-venv ovmf image-factory

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
	@Tests/oracles/setup || true

.PHONY: release
release: deps ## build the release binary
	$(SWIFT_RELEASE) image-factory
	$(SWIFT_RELEASE) image-factory-sudo-helper

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
check-install: test-deps release ## build debian-13 and debian-12 for real and boot the images (most of an hour without KVM); LAYOUT=uefi: partitions
	LAYOUT=$(LAYOUT) Tests/check-install $(RELEASE)

.PHONY: check-answers
check-answers: test-deps release ## every shipped preseed through the parser of Debian's own installer
	Tests/check-answers $(RELEASE)

.PHONY: man
man: ## write man/image-factory.conf.5 anew from the settings table
	swift build --product image-factory
	"$$(swift build --show-bin-path)/image-factory" settings --man > man/image-factory.conf.5.new
	mv man/image-factory.conf.5.new man/image-factory.conf.5

.PHONY: fuzz
fuzz: ## 2,000 random configs beside Python's configparser, then ten minutes of mutated configs
	IMAGE_FACTORY_FUZZ=1 IMAGE_FACTORY_FUZZ_SECONDS=600 swift test --filter SettingsTests

.PHONY: bench-config
bench-config: release ## how long 'check --all' takes for 200 images, beside Python's configparser
	@python3 Tests/bench-config.py $(RELEASE)

.PHONY: bench-finish
bench-finish: release ## how long finishing takes, beside mount, zerofree and virt-sysprep (root; DISK=FILE: a raw disk of yours)
	$(call install-packages,zerofree qemu-utils e2fsprogs fdisk time)
	@Tests/bench-finish $(RELEASE) $(DISK)

.PHONY: lint
lint: ## the source is formatted
	swift format lint --strict --recursive --parallel Package.swift Sources Tests sudo-helper

.PHONY: format
format: ## format the source
	swift format --in-place --recursive --parallel Package.swift Sources Tests sudo-helper

INSTALLED = $(DESTDIR)$(prefix)
MAN_FOLDERS := share/man/man1 share/man/man5 share/man/man8
COMPLETION_FOLDERS := share/bash-completion/completions share/zsh/site-functions share/fish/vendor_completions.d

.PHONY: install
install: release ## install below $(prefix), with configs, manual and shell completions
	install -d $(addprefix $(INSTALLED)/,bin share/image-factory $(MAN_FOLDERS) $(COMPLETION_FOLDERS) share/doc/image-factory)
	install -m 0755 $(RELEASE) $(INSTALLED)/bin/image-factory
	install -m 0755 $(RELEASE)-sudo-helper $(INSTALLED)/bin/image-factory-sudo-helper
	rm -rf $(INSTALLED)/share/image-factory/configs
	for folder in $$(find configs -type d); do \
	  install -d $(INSTALLED)/share/image-factory/$$folder && \
	  find $$folder -maxdepth 1 -type f -exec install -m 0644 -t $(INSTALLED)/share/image-factory/$$folder {} + || exit; \
	done
	install -m 0644 man/image-factory.1 $(INSTALLED)/share/man/man1/
	install -m 0644 man/image-factory.conf.5 $(INSTALLED)/share/man/man5/
	sed 's|/usr/bin/|$(prefix)/bin/|' man/image-factory-sudo-helper.8 \
	  > $(INSTALLED)/share/man/man8/image-factory-sudo-helper.8
	sed 's|/usr/bin/|$(prefix)/bin/|' sudo-helper/sudoers.example \
	  > $(INSTALLED)/share/doc/image-factory/sudoers.example
	$(RELEASE) --generate-completion-script bash > $(INSTALLED)/share/bash-completion/completions/image-factory
	$(RELEASE) --generate-completion-script zsh > $(INSTALLED)/share/zsh/site-functions/_image-factory
	$(RELEASE) --generate-completion-script fish > $(INSTALLED)/share/fish/vendor_completions.d/image-factory.fish
	@# Written by the shell with whatever umask it has; everybody reads them.
	chmod 0644 $(INSTALLED)/share/man/man8/image-factory-sudo-helper.8 \
	  $(INSTALLED)/share/doc/image-factory/sudoers.example \
	  $(INSTALLED)/share/bash-completion/completions/image-factory \
	  $(INSTALLED)/share/zsh/site-functions/_image-factory \
	  $(INSTALLED)/share/fish/vendor_completions.d/image-factory.fish

.PHONY: clean
clean: ## remove what was built (not ./images/)
	rm -rf .build
