/// The part of the script that reports: the installer's log and its console, in the installer's words.
enum GuestReporting {
  static let text = #"""
    #!/bin/sh
    # The tiny netinstaller: a double of Debian's installer, made by image-factory for 'selftest' and for its tests.
    export PATH=/usr/lib/miniature:/usr/local/bin:/bin:/sbin:/usr/bin:/usr/sbin HOME=/ TERM=vt102
    umask 022
    # Where the script keeps its notes.
    run=/run

    say() { printf '%s\n' "$*"; }

    clock() { now=$(date '+%b %e %H:%M:%S'); }

    log() { printf '%s %s\n' "$now" "$*" >> /var/log/syslog; }

    # What cdebconf writes with DEBCONF_DEBUG=5, and only then.
    debconf() { [ -z "$debug" ] || log "debconf: $*"; }

    forever() { while :; do sleep 3600; done; }

    item() {
      clock
      [ "$behaviour" != slow ] || sleep 2
      log "main-menu[176]: INFO: Menu item '$1' selected"
    }

    hook() {
      clock
      log "finish-install: info: Running /usr/lib/finish-install.d/$1"
    }

    # A question that the answer file has answered.
    skipped() {
      debconf "--> INPUT critical $1"
      debconf "<-- 30 question skipped"
      debconf "--> GO"
      debconf "<-- 0 ok"
    }

    # A question that nobody answers: the installer waits for ever.
    ask() {
      clock
      debconf "--> INPUT critical $1"
      debconf "<-- 0 question will be asked"
      debconf "--> GO"
      say '' "[!!] $2" '' "$3" '  1: Yes     2: No' "Prompt: '?' for help>"
      forever
    }

    # A step fails: the installer says so and shows its menu.
    fail() {
      clock
      log "main-menu[176]: WARNING **: Configuring '$1' failed with error code 1"
      log "main-menu[176]: WARNING **: Menu item '$1' failed."
      say '' "[!!] $2" '' '!! ERROR: Installation step failed' \
        "An installation step failed. You can try to run the failing item again from the menu. The failing step is: $2"
      log "main-menu[176]: INFO: Modifying debconf priority limit from 'critical' to 'high'"
      ask debian-installer/main-menu 'Debian installer main menu' 'Choose the next step in the install process:'
    }

    progress_start() {
      clock
      debconf "--> PROGRESS START 0 100 $1"
      debconf "<-- 0 OK"
      debconf "--> PROGRESS INFO $1"
      debconf "<-- 0 OK"
      printf '\r\n%s ' "$2"
    }

    progress_set() {
      debconf "--> PROGRESS SET $1"
      debconf "<-- 0 OK"
      printf '... %s%%' "$1"
    }

    progress_stop() {
      debconf "--> PROGRESS STOP"
      debconf "<-- 0 OK"
      printf '\r\n'
    }

    """#
}
