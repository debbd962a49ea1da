/// The part of the script that reads the kernel line and the answer file, and runs the answer file's commands.
enum GuestAnswers {
  static let text = #"""
    read_kernel_line() {
      behaviour=ok debug='' fetch_url='' preseed_url='' target_words='' behind=''
      read -r kernel_line < /proc/cmdline
      for word in $kernel_line; do
        # What stands behind the dashes is for the installed system.
        [ -z "$behind" ] || target_words="$target_words $word"
        case $word in
        --- | --) behind=yes ;;
        miniature=*) behaviour=${word#*=} ;;
        miniature/fetch=*) fetch_url=${word#*=} ;;
        DEBCONF_DEBUG=*) debug=${word#*=} ;;
        url=* | preseed/url=* | file=* | preseed/file=*) preseed_url=${word#*=} ;;
        esac
      done
    }

    kernel_answers() {
      for word in $kernel_line; do
        case $word in
        --- | --) return ;;
        hostname=* | netcfg/get_hostname=*) q_netcfg_get_hostname=${word#*=} ;;
        suite=* | mirror/suite=*) q_mirror_suite=${word#*=} ;;
        mirror/http/proxy=*) q_mirror_http_proxy=${word#*=} ;;
        mirror/http/hostname=*) q_mirror_http_hostname=${word#*=} ;;
        debian-installer/exit/poweroff=*) q_debian_installer_exit_poweroff=${word#*=} ;;
        esac
      done
    }

    # Answers as shell variables: q_ and the key, every other character as an underscore. In a file from the initrd the real
    # loader turns a literal backslash-n into a line end, and readers get the first line only (cut=1).
    read_answers() {
      awk -v cut="$2" '
        function quoted(text) { gsub(/\047/, "\047\042\047\042\047", text); return "\047" text "\047" }
        {
          line = $0
          while (line ~ /\\$/ && (getline more) > 0) line = substr(line, 1, length(line) - 1) more
          if (line ~ /^[ \t]*(#|$)/) next
          sub(/^[ \t]+/, "", line)
          if (split(line, field, /[ \t]+/) < 3 || field[3] == "seen") next
          value = line
          for (i = 0; i < 3; i++) if (!sub(/^[^ \t]+[ \t]+/, "", value)) value = ""
          if (cut && (end = index(value, "\\n"))) value = substr(value, 1, end - 1)
          key = field[2]
          gsub(/[^A-Za-z0-9]/, "_", key)
          print "q_" key "=" quoted(value)
        }' < "$1" > "$run/answers"
      # shellcheck source=/dev/null
      . "$run/answers"
      log "preseed: successfully loaded preseed file from file://$1"
    }

    # A file in the initrd is read first, and the kernel line stands above it.
    load_answers() {
      clock
      [ ! -r /preseed.cfg ] || read_answers /preseed.cfg 1
      kernel_answers
      case $preseed_url in
      '') [ -r /preseed.cfg ] || ask debian-installer/language 'Select a language' 'Language:' ;;
      /*) answers_from "$preseed_url" ;;
      esac
      preseed_command preseed/early_command "${q_preseed_early_command:-}"
    }

    answers_from() {
      [ -r "$1" ] || ask preseed/retrieve_error 'Failed to retrieve the preconfiguration file' "$1"
      read_answers "$1" ''
    }

    # By URL the answers come when the network is up, and the early command of such a file is run at that time.
    preseed_from_url() {
      case $preseed_url in
      file://*)
        answers_from "${preseed_url#file://}"
        preseed_command preseed/early_command "${q_preseed_early_command:-}" ;;
      http://*)
        get "$preseed_url" "$run/preseed.cfg" || ask preseed/retrieve_error 'Failed to retrieve the preconfiguration file' "$preseed_url"
        answers_from "$run/preseed.cfg"
        preseed_command preseed/early_command "${q_preseed_early_command:-}" ;;
      esac
    }

    # What was put into the initrd as a hook of the installer is run where the installer runs it.
    run_hooks() {
      for script in "/usr/lib/$1"/*; do
        [ -x "$script" ] || continue
        log "miniature: info: Running $script"
        "$script" >> /var/log/syslog 2>&1 < /dev/null || fail "$2" "$script"
      done
    }

    # As the real one: output goes to the log, and a background process that keeps descriptor 1, 2 or 3 holds up everything.
    preseed_command() {
      [ -n "$2" ] || return 0
      log "preseed: running preseed command $1: $2"
      {
        sh -c "$2" 3>&1
        echo $? > "$run/status"
      } 2>&1 < /dev/null | while read -r line; do log "log-output: $line"; done
      read -r status < "$run/status"
      [ "$status" = 0 ] && return 0
      ask preseed/command_failed 'Preseed command failed' "The command \"$2\" failed with exit code $status."
    }

    """#
}
