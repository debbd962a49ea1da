#define _GNU_SOURCE
#include "CLinux.h"

#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

int image_factory_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int image_factory_clone_file(int target, int source) { return ioctl(target, FICLONE, source); }

int image_factory_rename_without_replacing(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int image_factory_hash_password(const char *phrase, const char *prefix, char *hash, int size) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  // No random bytes given: libcrypt takes the kernel's.
  if (!crypt_gensalt_rn(prefix, 0, NULL, 0, setting, sizeof setting)) return -1;
  struct crypt_data data;
  memset(&data, 0, sizeof data);
  const char *made = crypt_rn(phrase, setting, &data, sizeof data);
  int result = -1;
  if (made && strlen(made) < (size_t)size) {
    strcpy(hash, made);
    result = 0;
  } else if (made) {
    errno = ERANGE;
  }
  int code = errno;
  explicit_bzero(&data, sizeof data);
  errno = code;
  return result;
}

int image_factory_password_matches(const char *phrase, const char *hash) {
  struct crypt_data data;
  memset(&data, 0, sizeof data);
  const char *made = crypt_rn(phrase, hash, &data, sizeof data);
  int same = made && strcmp(made, hash) == 0;
  explicit_bzero(&data, sizeof data);
  return same;
}
