#pragma once
#include <et/com_err.h>
#include <ext2fs/ext2fs.h>
#include <malloc.h>

// A global variable counts as shared mutable state in Swift 6; this hands out its constant value.
static inline io_manager image_factory_unix_io_manager(void) { return unix_io_manager; }

// A function-like macro, which Swift does not import.
static inline errcode_t image_factory_io_channel_flush(io_channel channel) {
  return io_channel_flush(channel);
}

// fallocate(2), which Swift's Glibc module hides behind _GNU_SOURCE; it belongs to the same job, freeing blocks of an image.
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
static inline int image_factory_punch_hole(int descriptor, off_t offset, off_t length) {
  return fallocate(descriptor, 0x01 | 0x02 /* FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE */, offset, length);
}

// libext2fs reports some damage through com_err, which writes to standard error: a library must not.
static inline void image_factory_ignore_message(const char *who, errcode_t code, const char *format, va_list arguments) {
  (void)who, (void)code, (void)format, (void)arguments;
}
static inline void image_factory_silence_com_err(void) { set_com_err_hook(image_factory_ignore_message); }

// A bitmap of a large disk takes tens of megabytes. Without a fixed limit glibc keeps such blocks when they are freed, to use them for small
// ones, and the next bitmap finds them in pieces (mallopt(3), M_MMAP_THRESHOLD).
static inline void image_factory_return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 1 << 20); }
