import Model
import PrivilegedOperations

/// The last act of an installation whose root file system nobody cleans from outside without root (xfs, btrfs): the finished
/// system takes away what belongs to this one machine, and gives its free space back.
///
/// Everything happens inside the system (chroot) with its own tools, and a path that passes a link is left alone, as in the clean-up
/// from outside. What fails is said and is no failure of the installation: the disk is looked through from outside afterwards.
struct SelfCleaningScript {
  /// Lines for a POSIX shell in the installer; they print what they do. The variable `target` is the folder of the mounted system.
  let text: String

  /// Throws a `FactoryError` for a pattern that is no absolute path.
  init(_ request: RenderRequest, _ cleaning: Cleaning) throws {
    // Made anew at the first boot by what the formats install for it.
    let hostKeys = cleaning.regenerateHostKeys ? [HostKeyUnit.keys] : []
    let keep = try Self.words(cleaning.keep, "clean", request)
    let removal =
      try Self.words(cleaning.logs, "clean-logs", request) + Self.words(cleaning.remove, "clean-remove", request)
      + Self.words(cleaning.add, "clean", request) + Self.words(hostKeys, "regenerate-host-keys", request)
    let emptying = try Self.words(cleaning.empty, "clean-empty", request)
    var inside = [Self.head] + (keep.isEmpty ? Self.nothingStays : Self.stays(keep)) + [Self.functions]
    inside.append(request.selfCleansPartsOnly ? Self.cleansParts : Self.cleansAll)
    inside += removal.map { "remove \($0)" } + emptying.map { "empty \($0)" }
    inside.append("echo \"$removed files and folders removed, $emptied emptied\"")
    text = """
      inside=$(
        cat <<'END'
      \(inside.joined(separator: "\n"))
      END
      )
      chroot "$target" /bin/sh -c "$inside" </dev/null || echo "the clean-up failed"
      sync
      \(Self.trim)
      trim
      """
  }

  /// Patterns as words of a shell: `*` and `?` are its own, as in the clean-up from outside everything else stands for itself.
  private static func words(_ patterns: [String], _ setting: String, _ request: RenderRequest) throws -> [String] {
    try patterns.map { pattern in
      let path = "/" + pattern.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
      guard AnswerGrammar.isPath(path), KickstartWord.problem(of: path) == nil else {
        throw request.problem(setting, "'\(pattern.printable)' is no absolute path of files in the image")
      }
      return word(path)
    }
  }

  static func word(_ pattern: String) -> String {
    var word = ""
    var plain = ""
    for character in pattern {
      if character == "*" || character == "?" {
        word += (plain.isEmpty ? "" : ShellWords.quote(plain)) + String(character)
        plain = ""
      } else {
        plain.append(character)
      }
    }
    return word + (plain.isEmpty ? "" : ShellWords.quote(plain))
  }

  private static let head = """
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
    removed=0
    emptied=0
    """

  private static let cleansAll = "cleaned() { return 0; }"
  private static let cleansParts = """
    # Whether a folder is in a file system that is not cleaned from outside.
    cleaned() {
      case $(stat -f -c %T -- "$1") in
        xfs | btrfs) return 0 ;;
      esac
      return 1
    }
    """

  private static let nothingStays = ["stays() { return 1; }", "holds() { return 1; }"]

  private static func stays(_ keep: [String]) -> [String] {
    let list = keep.joined(separator: " ")
    return [
      """
      # Whether a path stays, by itself or with a folder above it.
      stays() {
        for kept in \(list); do
          case $1/ in "$kept"/*) return 0 ;; esac
        done
        return 1
      }
      # Whether something below a folder stays.
      holds() {
        for kept in \(list); do
          case $kept in "$1"/*) return 0 ;; esac
        done
        return 1
      }
      """
    ]
  }

  private static let functions = """
    # Whether a path is there, in the system itself and not behind a link.
    present() {
      case $1/ in
        /dev/* | /proc/* | /run/* | /sys/*) return 1 ;;
      esac
      [ -e "$1" ] || [ -L "$1" ] || return 1
      folder=${1%/*}
      folder=${folder:-/}
      [ "$folder" != "$checked" ] || return 0
      cleaned "$folder" || return 1
      if [ "$(cd -P "$folder" && pwd)" != "$folder" ]; then
        echo "$1 passes a link: it is left alone"
        return 1
      fi
      checked=$folder
    }
    checked=
    remove() {
      for path; do
        if ! present "$path" || stays "$path"; then continue; fi
        if [ -d "$path" ] && [ ! -L "$path" ] && holds "$path"; then
          remove "$path"/* "$path"/.[!.]* "$path"/..?*
        elif rm -rf -- "$path"; then
          removed=$((removed + 1))
        else
          echo "cannot remove $path"
        fi
      done
    }
    empty() {
      for path; do
        if ! present "$path" || stays "$path" || [ -L "$path" ] || [ ! -f "$path" ] || [ ! -s "$path" ]; then continue; fi
        if true >"$path"; then emptied=$((emptied + 1)); else echo "cannot empty $path"; fi
      done
    }
    """

  /// Freed blocks become holes of the image, whatever the file system; the disk need not support it. `target` is set.
  static let trim = """
    trim() {
      while read -r _ place kind _; do
        case $place:$kind in
          "$target:ext4" | "$target:xfs" | "$target:btrfs") place=/ ;;
          "$target"/*:ext4 | "$target"/*:xfs | "$target"/*:btrfs | "$target"/*:vfat) place=${place#"$target"} ;;
          *) continue ;;
        esac
        chroot "$target" fstrim "$place" </dev/null || echo "cannot trim $place"
      done </proc/mounts
    }
    """
}
