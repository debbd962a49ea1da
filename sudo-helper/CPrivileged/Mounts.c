#define _GNU_SOURCE
#include "CPrivileged.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

int privileged_private_mounts(void) {
  if (unshare(CLONE_NEWNS) != 0) return -1;
  return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

// close(2) may change errno.
static int failed(int descriptor) {
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  errno = reason;
  return -1;
}

int privileged_attach_loop(int file, uint64_t offset, uint64_t size, int read_only, char *name, size_t room) {
  const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return -1;
  // Somebody else may take the free device between the two calls; udev looks at one that was just given back.
  for (int attempt = 0; attempt < 300; attempt++) {
    const int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) return failed(control);
    snprintf(name, room, "/dev/loop%d", number);
    const int device = open(name, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW);
    if (device < 0) return failed(control);
    // As long as it is held udev does not look at the device ("Locking Block Device Access", systemd.io): else a file system with the
    // UUID or label of one of the host's would get that one's links in /dev/disk, and the host could mount the caller's instead.
    if (flock(device, LOCK_EX | LOCK_NB) != 0) {
      failed(device);
      if (errno != EWOULDBLOCK) return failed(control);
      usleep(10000);
      continue;
    }
    struct loop_config config = {.fd = (uint32_t)file};
    config.info.lo_offset = offset;
    config.info.lo_sizelimit = size;
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR | (read_only ? LO_FLAGS_READ_ONLY : 0);
    if (ioctl(device, LOOP_CONFIGURE, &config) == 0) {
      close(control);
      return device;
    }
    const int busy = errno == EBUSY;
    failed(device);
    if (!busy) return failed(control);
    usleep(10000);
  }
  errno = EBUSY;
  return failed(control);
}

int privileged_loop_file(int loop, uint64_t *device, uint64_t *inode) {
  struct loop_info64 info;
  memset(&info, 0, sizeof info);
  if (ioctl(loop, LOOP_GET_STATUS64, &info) != 0) return -1;
  // The kernel's own form of a device number: minor in bits 0-7 and 20-31, major in 8-19.
  const uint64_t number = info.lo_device;
  *device = makedev((unsigned)(number >> 8 & 0xfff), (unsigned)((number & 0xff) | (number >> 12 & 0xfff00)));
  *inode = info.lo_inode;
  return 0;
}

// The last message of a file system context, as "e text" or "w text"; empty when the kernel says nothing.
static void read_reason(int context, char *reason, size_t room) {
  const int number = errno;
  ssize_t length;
  char line[256];
  while ((length = read(context, line, sizeof line)) > 0)
    snprintf(reason, room, "%.*s", (int)length, line);
  errno = number;
}

static int configure(int context, const char *option) {
  const char *equals = strchr(option, '=');
  if (equals == NULL) return fsconfig(context, FSCONFIG_SET_FLAG, option, NULL, 0);
  char key[32];
  snprintf(key, sizeof key, "%.*s", (int)(equals - option), option);
  return fsconfig(context, FSCONFIG_SET_STRING, key, equals + 1, 0);
}

int privileged_mount(const char *type, const char *source, const char *const *options, int read_only, char *reason,
                     size_t room) {
  reason[0] = 0;
  const int context = fsopen(type, FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  int status = fsconfig(context, FSCONFIG_SET_STRING, "source", source, 0);
  if (status == 0 && read_only) status = fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0);
  for (; status == 0 && *options != NULL; options++) status = configure(context, *options);
  if (status == 0) status = fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
  if (status != 0) {
    read_reason(context, reason, room);
    return failed(context);
  }
  const unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW |
                              MOUNT_ATTR_NOATIME | (read_only ? MOUNT_ATTR_RDONLY : 0);
  const int mounted = fsmount(context, FSMOUNT_CLOEXEC, attributes);
  failed(context);
  return mounted;
}

static int write_map(pid_t process, const char *name, uint32_t identity) {
  char path[64], text[32];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)process, name);
  const int length = snprintf(text, sizeof text, "0 %u 1", identity);
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  if (write(file, text, (size_t)length) != length) return failed(file);
  return close(file);
}

int privileged_give_mount(int mounted, uint32_t user, uint32_t group) {
  // A user namespace needs a process that is in it while it is written down.
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) {
    // After the change of namespace, which clears it.
    const char done = unshare(CLONE_NEWUSER) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
    if (write(ready[1], &done, 1) == 1) pause();
    _exit(0);
  }
  close(ready[1]);
  if (child < 0) return failed(ready[0]);
  char done = 0, path[64];
  int names = -1, status = -1;
  if (read(ready[0], &done, 1) == 1 && done && write_map(child, "uid_map", user) == 0 &&
      write_map(child, "gid_map", group) == 0) {
    snprintf(path, sizeof path, "/proc/%d/ns/user", (int)child);
    names = open(path, O_RDONLY | O_CLOEXEC);
  } else if (!done) {
    errno = EPERM;
  }
  if (names >= 0) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)names};
    status = mount_setattr(mounted, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
  }
  failed(names);
  failed(ready[0]);
  const int reason = errno;
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  errno = reason;
  return status;
}

int privileged_attach_mount(int mounted, int folder) {
  return move_mount(mounted, "", folder, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int privileged_unmount(int folder, const char *name) {
  if (fchdir(folder) != 0) return -1;
  const int result = umount2(name, UMOUNT_NOFOLLOW);
  const int reason = errno;
  if (chdir("/") != 0) return -1;
  errno = reason;
  return result;
}
