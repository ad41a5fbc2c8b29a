/*
 * Logs what a process does to the files of one folder (HALTE_IO_FOLDER), in the order in which it
 * was done, into HALTE_IO_LOG: preloaded into the real program, so that a power cut can be worked out
 * afterwards at any moment. A record is written after its call has succeeded:
 *
 *   op (1 byte) | length of path (2) | offset or size (8) | length of data (4) | path | data
 *
 * numbers little-endian; ops: c created, w written, t cut to a size, s synced, u unlinked,
 * r renamed (data: the new path), d folder synced.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 4096
#define PATH_BYTES_MAX 512

static char paths[FILES_MAX][PATH_BYTES_MAX];
static int log_fd = -1;
static char folder[PATH_BYTES_MAX];
static size_t folder_length;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("HALTE_IO_FOLDER");
  const char *log_path = getenv("HALTE_IO_LOG");
  if (path == NULL || log_path == NULL || strlen(path) >= PATH_BYTES_MAX) return;
  strcpy(folder, path);
  folder_length = strlen(folder);
  log_fd = (int)syscall(SYS_openat, AT_FDCWD, log_path,
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_watched(const char *path) {
  if (log_fd < 0 || path == NULL || strncmp(path, folder, folder_length) != 0) return 0;
  char end = path[folder_length];
  return (end == '/' || end == 0) && strlen(path) < PATH_BYTES_MAX;
}

static const char *path_of(int fd) {
  return fd >= 0 && fd < FILES_MAX && paths[fd][0] != 0 ? paths[fd] : NULL;
}

static void put(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    long written = syscall(SYS_write, log_fd, at, length);
    if (written <= 0) abort();
    at += written;
    length -= (size_t)written;
  }
}

static void note(char op, const char *path, uint64_t number, const void *data, size_t length) {
  char head[15];
  uint16_t path_length = (uint16_t)strlen(path);
  uint32_t data_length = (uint32_t)length;
  head[0] = op;
  memcpy(head + 1, &path_length, 2);
  memcpy(head + 3, &number, 8);
  memcpy(head + 11, &data_length, 4);
  pthread_mutex_lock(&turn);
  put(head, sizeof head);
  put(path, path_length);
  put(data, length);
  pthread_mutex_unlock(&turn);
}

static int opened(int fd, const char *path, int is_new, int flags) {
  if (fd < 0 || fd >= FILES_MAX) return fd;
  paths[fd][0] = 0;
  if (!is_watched(path)) return fd;
  strcpy(paths[fd], path);
  if (is_new) note('c', path, 0, NULL, 0);
  else if (flags & O_TRUNC) note('t', path, 0, NULL, 0);
  return fd;
}

static int open_file(const char *path, int flags, mode_t mode) {
  struct stat before;
  int is_new = is_watched(path) && (flags & O_CREAT) && stat(path, &before) != 0;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  return opened(fd, path, is_new, flags);
}

static mode_t mode_in(int flags, va_list rest) {
  return (flags & O_CREAT) ? (mode_t)va_arg(rest, int) : 0;
}

#define OPENS(name)                            \
  int name(const char *path, int flags, ...) { \
    va_list rest;                              \
    va_start(rest, flags);                     \
    mode_t mode = mode_in(flags, rest);        \
    va_end(rest);                              \
    return open_file(path, flags, mode);       \
  }

OPENS(open)
OPENS(open64)

int close(int fd) {
  if (fd >= 0 && fd < FILES_MAX) paths[fd][0] = 0;
  return (int)syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *data, size_t length) {
  const char *path = path_of(fd);
  off_t offset = path == NULL ? 0 : lseek(fd, 0, SEEK_CUR);
  ssize_t written = syscall(SYS_write, fd, data, length);
  if (path != NULL && written > 0) note('w', path, (uint64_t)offset, data, (size_t)written);
  return written;
}

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset) {
  ssize_t written = syscall(SYS_pwrite64, fd, data, length, offset);
  const char *path = path_of(fd);
  if (path != NULL && written > 0) note('w', path, (uint64_t)offset, data, (size_t)written);
  return written;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return write_at(fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) {
  return write_at(fd, data, length, offset);
}

static int cut_to(int fd, off_t size) {
  int result = (int)syscall(SYS_ftruncate, fd, size);
  const char *path = path_of(fd);
  if (path != NULL && result == 0) note('t', path, (uint64_t)size, NULL, 0);
  return result;
}

int ftruncate(int fd, off_t size) { return cut_to(fd, size); }
int ftruncate64(int fd, off_t size) { return cut_to(fd, size); }

static int synced(int fd, int result) {
  const char *path = path_of(fd);
  struct stat now;
  if (path == NULL || result != 0 || fstat(fd, &now) != 0) return result;
  note(S_ISDIR(now.st_mode) ? 'd' : 's', path, 0, NULL, 0);
  return result;
}

int fsync(int fd) { return synced(fd, (int)syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { return synced(fd, (int)syscall(SYS_fdatasync, fd)); }

int unlink(const char *path) {
  int result = (int)syscall(SYS_unlink, path);
  if (result == 0 && is_watched(path)) note('u', path, 0, NULL, 0);
  return result;
}

int rename(const char *from, const char *to) {
  int result = (int)syscall(SYS_rename, from, to);
  if (result == 0 && is_watched(from)) note('r', from, 0, to, strlen(to));
  return result;
}
