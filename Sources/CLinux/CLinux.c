#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <stdio.h>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

int image_factory_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int image_factory_clone_file(int target, int source) { return ioctl(target, FICLONE, source); }

int image_factory_rename_without_replacing(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}
