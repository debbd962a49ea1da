import CPrivileged
import Glibc
import PrivilegedOperations

/// Who called sudo.
struct Caller: CustomStringConvertible {
  let name: String
  let user: uid_t
  let group: gid_t
  let groups: [gid_t]

  var isRoot: Bool { user == 0 }
  var description: String { "\(name) (\(user))" }

  /// Reads what sudo says, which is all that is left of the environment; throws ``Refusal``.
  ///
  /// Root may call as well: it says so in the same variables. A call without them is refused even for user 0, for pkexec, doas or a
  /// forgotten set-user-id bit would pass on the rights and not the name.
  static func identify() throws -> Caller {
    let (user, group, name) = (
      variable(PRIVILEGED_SUDO_UID), variable(PRIVILEGED_SUDO_GID), variable(PRIVILEGED_SUDO_USER)
    )
    guard let user, let group, let name else { throw Refusal("this program must be run by sudo") }
    guard ArgumentRule.identity.accepts(user), let number = uid_t(user), number != uid_t.max,
      ArgumentRule.identity.accepts(group), let groupNumber = gid_t(group), groupNumber != gid_t.max
    else { throw Refusal("sudo's user and group are no numbers") }
    guard ArgumentRule.userName.accepts(name), let entry = account(number), entry.name == name else {
      throw Refusal("sudo's user '\(name)' has not the number \(user)")
    }
    let groups = try self.groups(of: name, entry.group)
    let caller = Caller(name: name, user: number, group: entry.group, groups: groups)
    if !caller.isRoot { try HelperGroup.require(caller) }
    return caller
  }

  private static func variable(_ variable: privileged_variable) -> String? {
    privileged_sudo(variable).map { String(cString: $0) }
  }

  private static func account(_ number: uid_t) -> (name: String, group: gid_t)? {
    var entry = passwd()
    var result: UnsafeMutablePointer<passwd>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64 << 10) { buffer in
      guard let start = buffer.baseAddress, getpwuid_r(number, &entry, start, buffer.count, &result) == 0,
        result != nil, let name = entry.pw_name
      else { return nil }
      return (String(cString: name), entry.pw_gid)
    }
  }

  private static func groups(of name: String, _ own: gid_t) throws -> [gid_t] {
    var count: Int32 = 4096
    var list = [gid_t](repeating: 0, count: Int(count))
    guard getgrouplist(name, own, &list, &count) >= 0 else { throw Refusal("'\(name)' is in too many groups") }
    return Array(list.prefix(Int(count)))
  }

  /// Does something with the caller's rights instead of root's.
  func actingAs<Value>(_ work: () throws -> Value) throws -> Value {
    guard setgroups(groups.count, groups) == 0, setegid(group) == 0, seteuid(user) == 0 else {
      throw Failure.system("take on the rights of '\(name)'")
    }
    defer {
      // Going on with half of somebody's rights would be worse than ending here.
      let reason = errno
      if seteuid(0) != 0 || setegid(0) != 0 || setgroups(0, nil) != 0 { _exit(1) }
      errno = reason
    }
    return try work()
  }
}

/// The group whose members may use the helper: `image-factory`, or the one that root's file names.
enum HelperGroup {
  static let file = "/etc/image-factory/sudo-helper.group"
  static let usual = "image-factory"

  static func require(_ caller: Caller) throws {
    let name = try self.name()
    guard let number = number(of: name) else {
      throw Refusal("there is no group '\(name)'; make it with: groupadd --system \(name)")
    }
    guard caller.groups.contains(number) else {
      throw Refusal("'\(caller.name)' is not in the group '\(name)'; add with: usermod -aG \(name) \(caller.name)")
    }
  }

  private static func name() throws -> String {
    let number = privileged_open_own(file, 0)
    if number < 0, errno == ENOENT { return usual }
    let opened = try Descriptor(number, to: "read '\(file)'")
    let status = try opened.status()
    guard status.isA(S_IFREG), status.st_uid == 0, status.st_mode & 0o022 == 0 else {
      throw Refusal("'\(file)' must be a file of root's that nobody else can write")
    }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(opened.number, &bytes, bytes.count)
    var text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    if text.last == "\n" { text.removeLast() }
    guard ArgumentRule.groupName.accepts(text) else { throw Refusal("'\(file)' does not hold the name of a group") }
    return text
  }

  private static func number(of name: String) -> gid_t? {
    var entry = Glibc.group()
    var result: UnsafeMutablePointer<Glibc.group>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 20) { buffer in
      guard let start = buffer.baseAddress, getgrnam_r(name, &entry, start, buffer.count, &result) == 0, result != nil
      else { return nil }
      return entry.gr_gid
    }
  }
}
