#define _GNU_SOURCE
#include "CPrivileged.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int privileged_forget_btrfs(const char *device) {
  const int control = open("/dev/btrfs-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return -1;
  struct btrfs_ioctl_vol_args arguments;
  memset(&arguments, 0, sizeof arguments);
  snprintf(arguments.name, sizeof arguments.name, "%s", device);
  const int result = ioctl(control, BTRFS_IOC_FORGET_DEV, &arguments);
  const int reason = errno;
  close(control);
  errno = reason;
  return result;
}
