#pragma once
// The system calls of the sudo helper that Swift cannot reach: ioctl requests, variadic functions, calls without a libc wrapper.
// Every function gives 0 or a descriptor, or -1 with errno.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// --- the process

// What sudo said about its caller, kept before anything else of this program ran; NULL when it said nothing or too much.
// The environment itself is empty from the start.
enum privileged_variable { PRIVILEGED_SUDO_UID = 0, PRIVILEGED_SUDO_GID = 1, PRIVILEGED_SUDO_USER = 2 };
const char *privileged_sudo(enum privileged_variable variable);
// Descriptors 0 to 2 are there, all others closed; working folder, umask, signals, limits and time limit are ours.
int privileged_prepare(void);
// One line to the system log; the text is data, never a format. `refused` chooses the priority.
void privileged_log(const char *text, int refused);
// fork(2); the child dies with its parent.
pid_t privileged_fork(void);
// For the child: `root` becomes its whole world, and it keeps no capability but those to read, write and own files.
int privileged_confine(int root);

// --- files

// openat2(2).
int privileged_open(int folder, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
// A write lease (fcntl(2), F_SETLEASE): granted only when nobody else has the file open, and asks late-comers to wait. From the first
// of these on this process has 30 seconds to end.
int privileged_lease(int file);
// The kind of file system that a file is on, as statfs(2) numbers them; 0 when it cannot be told.
uint32_t privileged_file_system(int file);
// syncfs(2).
int privileged_sync(int folder);
// FITRIM (ioctl_fstrim): gives the bytes that were discarded.
int privileged_trim(int folder, uint64_t *bytes);

enum privileged_flags {
  PRIVILEGED_FOLDER = 1, // O_PATH | O_DIRECTORY | O_NOFOLLOW
  PRIVILEGED_LIST = 2,   // O_RDONLY | O_DIRECTORY | O_NOFOLLOW
  PRIVILEGED_READ = 3,   // O_RDONLY | O_NOFOLLOW | O_NONBLOCK
  PRIVILEGED_WRITE = 4,  // O_WRONLY | O_NOFOLLOW | O_NONBLOCK
  PRIVILEGED_CREATE = 5, // O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
  PRIVILEGED_LOOK = 6,   // O_PATH | O_NOFOLLOW
};
// Gives the entry `name` of a folder, itself and not what it links to, the folder's SELinux label when it has none of its own.
// 0 when there is nothing to do: no label on the folder, or one on the entry already.
int privileged_inherit_label(int folder, const char *name);
// openat2(2) below `folder`: no link on the way or at the end, no other mount, no way up.
int privileged_beneath(int folder, const char *path, enum privileged_flags flags, uint32_t mode);
// An entry of a folder with whatever is mounted on it.
int privileged_enter(int folder, const char *name);
// The caller's own file, opened with the caller's rights: no symlink anywhere on the way.
int privileged_open_own(const char *path, int writable);

// --- mounts

// Mounts made from here on are seen by this process alone, and none arrives from outside.
int privileged_private_mounts(void);
// A free loop device for a run of `file` that detaches itself, locked against udev; its name is written to `name`, the result is the
// device.
int privileged_attach_loop(int file, uint64_t offset, uint64_t size, int read_only, char *name, size_t room);
// The file behind a loop device: its device number as stat(2) has it, and its inode.
int privileged_loop_file(int loop, uint64_t *device, uint64_t *inode);
// A mount that is attached nowhere, nosuid,nodev,noexec,nosymfollow; options are "key" or "key=value", ended by NULL.
// The kernel's own words for a failure are written to `reason`.
int privileged_mount(const char *type, const char *source, const char *const *options, int read_only, char *reason,
                     size_t room);
// Files of the guest's root appear as those of `user` and `group`, and the other way round (mount_setattr(2), MOUNT_ATTR_IDMAP).
int privileged_give_mount(int mount, uint32_t user, uint32_t group);
// Attaches a mount to the folder behind a descriptor (move_mount(2)).
int privileged_attach_mount(int mount, int folder);
// Unmounts the entry `name` of a folder, which is not followed when it is a link (umount2(2)).
int privileged_unmount(int folder, const char *name);
// Makes the kernel forget a btrfs device that is not mounted any more (BTRFS_IOC_FORGET_DEV).
int privileged_forget_btrfs(const char *device);
