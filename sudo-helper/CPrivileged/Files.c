#define _GNU_SOURCE
#include "CPrivileged.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

int privileged_open(int folder, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
  // openat2 refuses a flag that O_PATH has no use for.
  if (!(flags & O_PATH)) flags |= O_NOCTTY;
  struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = resolve};
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int privileged_beneath(int folder, const char *path, enum privileged_flags flags, uint32_t mode) {
  uint64_t open_flags = 0;
  switch (flags) {
  case PRIVILEGED_FOLDER: open_flags = O_PATH | O_DIRECTORY; break;
  case PRIVILEGED_LIST: open_flags = O_RDONLY | O_DIRECTORY; break;
  case PRIVILEGED_READ: open_flags = O_RDONLY | O_NONBLOCK; break;
  case PRIVILEGED_WRITE: open_flags = O_WRONLY | O_NONBLOCK; break;
  case PRIVILEGED_CREATE: open_flags = O_WRONLY | O_CREAT | O_EXCL; break;
  case PRIVILEGED_LOOK: open_flags = O_PATH; break;
  default: errno = EINVAL; return -1;
  }
  // A mode is refused where nothing is created.
  return privileged_open(folder, path, open_flags | O_NOFOLLOW, flags == PRIVILEGED_CREATE ? mode : 0,
                         RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
}

int privileged_enter(int folder, const char *name) {
  return privileged_open(folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0,
                         RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

int privileged_open_own(const char *path, int writable) {
  return privileged_open(AT_FDCWD, path, (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK, 0,
                         RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

int privileged_lease(int file) { return fcntl(file, F_SETLEASE, F_WRLCK); }

uint32_t privileged_file_system(int file) {
  struct statfs status;
  return fstatfs(file, &status) == 0 ? (uint32_t)status.f_type : 0;
}

int privileged_sync(int folder) { return syncfs(folder); }

int privileged_trim(int folder, uint64_t *bytes) {
  struct fstrim_range range = {.start = 0, .len = UINT64_MAX, .minlen = 0};
  const int result = ioctl(folder, FITRIM, &range);
  *bytes = result == 0 ? range.len : 0;
  return result;
}

int privileged_inherit_label(int folder, const char *name) {
  static const char attribute[] = "security.selinux";
  // Longer than any context; a folder with more gives nothing on.
  char label[1024];
  // There is no call for a symlink behind a descriptor: by name, from within its folder.
  if (fchdir(folder) != 0) return -1;
  int result = 0;
  const ssize_t length = lgetxattr(".", attribute, label, sizeof label);
  if (length > 0 && lgetxattr(name, attribute, NULL, 0) < 0 && errno == ENODATA)
    result = lsetxattr(name, attribute, label, (size_t)length, XATTR_CREATE);
  const int reason = errno;
  if (chdir("/") != 0) return -1;
  errno = reason;
  return result;
}
