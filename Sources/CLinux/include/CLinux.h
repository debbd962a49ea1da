#pragma once
// The few Linux calls that Swift cannot reach: variadic functions and ioctl requests.

// Makes this process the parent of every orphan among its descendants (prctl(2)); 0 or -1 with errno.
int image_factory_become_subreaper(void);

// Shares the blocks of `source` with the empty file `target` (ioctl_ficlone(2)); 0 or -1 with errno.
int image_factory_clone_file(int target, int source);

// Renames unless there is something at `to` (renameat2(2), RENAME_NOREPLACE); 0 or -1 with errno.
int image_factory_rename_without_replacing(const char *from, const char *to);

// Hashes `phrase` in the way of `prefix` ("$y$", "$6$") with random salt, at libcrypt's own cost (crypt(3), crypt_gensalt(3)), into
// `hash` of `size` bytes; 0 or -1 with errno.
int image_factory_hash_password(const char *phrase, const char *prefix, char *hash, int size);

// Whether `phrase` is what `hash` was made of (crypt(3)): 1 or 0.
int image_factory_password_matches(const char *phrase, const char *hash);
