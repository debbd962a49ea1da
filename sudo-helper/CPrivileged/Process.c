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
// Below the 45 seconds after which the kernel lets in who opens a file under lease (proc_sys_fs(5), lease-break-time).
enum { most_grace = 30 };

static unsigned grace = most_grace;

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

// Who opens the image is let in when its file system is not mounted any more, whether the work is done by then or not.
static void hurry(int signal) {
  (void)signal;
  const int reason = errno;
  const unsigned left = alarm(grace);
  if (left != 0 && left < grace) alarm(left);
  // After the alarm: who leaves our standard error full does not stop that one.
  static const char text[] = "image-factory-sudo-helper: somebody else opens the image: the work has to end soon\n";
  if (write(2, text, sizeof text - 1) < 0) errno = 0;
  errno = reason;
}

static void read_grace(void) {
  const int file = open("/proc/sys/fs/lease-break-time", O_RDONLY | O_CLOEXEC);
  char text[16] = "";
  if (file < 0) return;
  const long seconds = read(file, text, sizeof text - 1) > 0 ? strtol(text, NULL, 10) : 0;
  close(file);
  // 0: the kernel lets nobody in for as long as the lease is held.
  if (seconds > 0 && seconds * 2 / 3 < most_grace) grace = seconds * 2 / 3 > 1 ? (unsigned)(seconds * 2 / 3) : 1;
}

static int set_signals(void) {
  // What the caller ignores or blocks would be ignored and blocked here.
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  // A terminal must not stop us with a file system mounted, and nobody who reads our output is needed to end the work.
  const int ignored[] = {SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU};
  for (size_t index = 0; index < sizeof ignored / sizeof *ignored; index++) signal(ignored[index], SIG_IGN);
  // A broken lease is told by SIGIO.
  read_grace();
  const struct sigaction action = {.sa_handler = hurry, .sa_flags = SA_RESTART};
  if (sigaction(SIGIO, &action, NULL) != 0) return -1;
  return sigprocmask(SIG_SETMASK, &none, NULL);
}

static int set_limits(void) {
  const struct rlimit no_core = {0, 0}, files = {1024, 1024}, stack = {8 << 20, 8 << 20};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0 || setrlimit(RLIMIT_NOFILE, &files) != 0) return -1;
  if (setrlimit(RLIMIT_STACK, &stack) != 0) return -1;
  // A limit of the caller's must not end us half-way. Where root may not raise it (a container without CAP_SYS_RESOURCE) nothing is done.
  const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  const int others[] = {RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE};
  for (size_t index = 0; index < sizeof others / sizeof *others; index++)
    if (setrlimit(others[index], &unlimited) != 0) return -1;
  return 0;
}

int privileged_prepare(void) {
  // A closed 0, 1 or 2 would be given to the next file that is opened, and messages would be written into it.
  for (int number = 0; number < 3; number++)
    if (fcntl(number, F_GETFD) < 0 && open("/dev/null", O_RDWR) != number) return -1;
  if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0) return -1;
  if (chdir("/") != 0) return -1;
  umask(077);
  if (set_signals() != 0 || set_limits() != 0) return -1;
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
