#define _GNU_SOURCE
#include "CPrivileged.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

// The caller cannot end a process of root: it must end by itself, whatever an image makes the kernel do.
enum { time_limit = 3600 };

static char kept[3][300];
static const char *const names[3] = {"SUDO_UID", "SUDO_GID", "SUDO_USER"};

// Before the constructors of Swift's runtime, which is linked statically: it would take its own variables from here, and one of them
// names a program to start after a crash.
__attribute__((constructor(101))) static void empty_environment(void) {
  for (int index = 0; index < 3; index++) {
    const char *value = getenv(names[index]);
    if (value != NULL && strlen(value) < sizeof kept[index]) strcpy(kept[index], value);
  }
  // In place, not by clearenv(3): the runtime reads the list, and finds the arguments by what lies in front of it.
  environ[0] = NULL;
}

const char *privileged_sudo(enum privileged_variable variable) {
  return kept[variable][0] == 0 ? NULL : kept[variable];
}

int privileged_prepare(void) {
  // A closed 0, 1 or 2 would be given to the next file that is opened, and messages would be written into it.
  for (int number = 0; number < 3; number++)
    if (fcntl(number, F_GETFD) < 0 && open("/dev/null", O_RDWR) != number) return -1;
  if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0) return -1;
  if (chdir("/") != 0) return -1;
  umask(077);
  // What the caller ignores or blocks would be ignored and blocked here.
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  // A broken lease is told by SIGIO, whose default is death.
  signal(SIGIO, SIG_IGN);
  sigprocmask(SIG_SETMASK, &none, NULL);
  const struct rlimit no_core = {0, 0}, files = {1024, 1024}, unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0 || setrlimit(RLIMIT_NOFILE, &files) != 0) return -1;
  // A limit of the caller's must not end us half-way.
  if (setrlimit(RLIMIT_FSIZE, &unlimited) != 0 || setrlimit(RLIMIT_CPU, &unlimited) != 0) return -1;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  alarm(time_limit);
  return 0;
}

void privileged_log(const char *text, int refused) {
  openlog("image-factory-sudo-helper", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
  syslog(refused ? LOG_WARNING : LOG_NOTICE, "%s", text);
  closelog();
}

pid_t privileged_fork(void) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) _exit(1);
  return 0;
}

int privileged_confine(int root) {
  if (fchdir(root) != 0 || chroot(".") != 0 || chdir("/") != 0) return -1;
  // User 0 gets nothing back by being user 0, neither now nor through a program.
  const int bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
                   SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0) return -1;
  for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
    if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) return -1;
  const uint32_t rights = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH | 1U << CAP_FOWNER;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{rights, rights, 0}, {0, 0, 0}};
  return (int)syscall(SYS_capset, &header, data);
}
