/* Stands between a program and the system, loaded before the C library: counts the calls that concern files below one
 * folder, and at a chosen one kills the process, tears a write in two, or answers with an error, once or from then on.
 *
 * Built by tests/faults/commands/stage.py. No fault is armed until faults_arm is called. A process that an armed one starts
 * with its environment, such as one of `batch --jobs`, finds the order in the file that FAULTS_ORDER names and counts on;
 * children that are started with another environment never load it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHANGE = 1, READ = 2, HANDLE = 4, THREAD = 8 };
enum { NOTHING, KILL, TEAR, FAIL, KILL_ALL };
enum { FILES = 65536 };

/* What goes wrong, and where: one order for a process and all that it starts. */
struct order {
  atomic_long seen;
  unsigned classes, action;
  long target;
  int error_number, lasting, given, only_children;
  char prefix[PATH_MAX];
};
static struct order *shared;
static int armed;
static unsigned char ours[FILES];
static void (*witness)(unsigned which, const char *call, int folder, const char *path);

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("FAULTS_ORDER");
  int opened = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (opened >= 0 && ftruncate(opened, sizeof *shared) == 0)
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
  else
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (opened >= 0) syscall(SYS_close, opened);
  if (shared->given) armed = 1;
}

void faults_arm(const char *folder, unsigned which, unsigned what, long at, int number, int stays, int only_children) {
  strncpy(shared->prefix, folder, sizeof shared->prefix - 1);
  shared->classes = which, shared->action = what, shared->target = at;
  shared->error_number = number, shared->lasting = stays, shared->only_children = only_children;
  atomic_store(&shared->seen, 0);
  shared->given = 1;
  armed = !only_children;
}

void faults_disarm(void) { armed = 0; }
/* Have every call of the counted classes told, with its path or its open file. */
void faults_tell(void (*told)(unsigned, const char *, int, const char *)) { witness = told; }
long faults_seen(void) { return atomic_load(&shared->seen); }

static int below(const char *path) {
  size_t length = strlen(shared->prefix);
  return strncmp(path, shared->prefix, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* Whether a path, seen from an open folder or from where the process stands, lies in the folder. */
static int about(int folder, const char *path) {
  char whole[2 * PATH_MAX];
  if (!armed || path == NULL) return 0;
  if (path[0] == '/') return below(path);
  char link[64];
  snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
  ssize_t length = readlink(link, whole, PATH_MAX);
  if (length < 0) return 0;
  whole[length] = '/';
  strncpy(whole + length + 1, path, PATH_MAX);
  return below(whole);
}

static void stop(void) {
  kill(shared->action == KILL_ALL ? 0 : getpid(), SIGKILL);
  for (;;) pause();
}

/* Count a call; 1 when it has to fail with errno set, 2 when a write has to be torn. */
static int meet(unsigned which, const char *call, int folder, const char *path) {
  if (!armed || !(shared->classes & which)) return 0;
  long number = atomic_fetch_add(&shared->seen, 1) + 1;
  if (witness) {
    int before = errno;
    witness(which, call, folder, path);
    errno = before;
  }
  if (shared->target < 1 || (shared->lasting ? number < shared->target : number != shared->target)) return 0;
  if (shared->action == KILL || shared->action == KILL_ALL) stop();
  if (shared->action == TEAR) {
    if (number != shared->target) return 0;
    return 2;
  }
  if (shared->action == FAIL) {
    errno = shared->error_number;
    return 1;
  }
  return 0;
}

static int met(unsigned which, const char *call, int folder, const char *path) {
  int what = meet(which, call, folder, path);
  if (what == 2) stop();
  return what;
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void keep(int file, int yes) {
  if (file >= 0 && file < FILES) ours[file] = (unsigned char)yes;
}
static int own(int file) { return armed && file >= 0 && file < FILES && ours[file]; }

static int opening(int flags) {
  int changes = (flags & (O_CREAT | O_TRUNC)) || (flags & O_ACCMODE) != O_RDONLY;
  return HANDLE | (changes ? CHANGE : READ);
}

#define OPEN(name, symbol, folder, front, call) \
  int name front { \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
    int mine = about(folder, path); \
    if (mine && met(opening(flags), symbol, folder, path)) return -1; \
    int file = call; \
    keep(file, mine); \
    return file; \
  }

static int really_open(int folder, const char *path, int flags, mode_t mode) {
  return (int)syscall(SYS_openat, folder, path, flags | O_LARGEFILE, mode);
}
OPEN(open, "open", AT_FDCWD, (const char *path, int flags, ...), really_open(AT_FDCWD, path, flags, mode))
OPEN(open64, "open64", AT_FDCWD, (const char *path, int flags, ...), really_open(AT_FDCWD, path, flags, mode))
OPEN(openat, "openat", folder, (int folder, const char *path, int flags, ...), really_open(folder, path, flags, mode))
OPEN(openat64, "openat64", folder, (int folder, const char *path, int flags, ...), really_open(folder, path, flags, mode))

ssize_t write(int file, const void *data, size_t size) {
  REAL(ssize_t, "write", int, const void *, size_t);
  if (own(file)) {
    int what = meet(CHANGE, "write", file, NULL);
    if (what == 1) return -1;
    if (what == 2) {
      real(file, data, size / 2);
      stop();
    }
  }
  return real(file, data, size);
}

#define ON_FILE(result, name, symbol, which, front, types, given) \
  result name front { \
    REAL(result, symbol, types); \
    if (own(file) && met(which, symbol, file, NULL)) return -1; \
    return real given; \
  }
#define TYPES(...) __VA_ARGS__
ON_FILE(int, fsync, "fsync", CHANGE, (int file), TYPES(int), (file))
ON_FILE(int, fdatasync, "fdatasync", CHANGE, (int file), TYPES(int), (file))
ON_FILE(int, ftruncate, "ftruncate", CHANGE, (int file, off_t size), TYPES(int, off_t), (file, size))
ON_FILE(int, ftruncate64, "ftruncate64", CHANGE, (int file, off64_t size), TYPES(int, off64_t), (file, size))
ON_FILE(ssize_t, read, "read", READ, (int file, void *data, size_t size), TYPES(int, void *, size_t), (file, data, size))
ON_FILE(ssize_t, pread, "pread", READ, (int file, void *data, size_t size, off_t at), TYPES(int, void *, size_t, off_t), (file, data, size, at))
ON_FILE(ssize_t, pread64, "pread64", READ, (int file, void *data, size_t size, off64_t at), TYPES(int, void *, size_t, off64_t), (file, data, size, at))

int close(int file) {
  REAL(int, "close", int);
  keep(file, 0);
  return real(file);
}
int dup2(int from, int to) {
  REAL(int, "dup2", int, int);
  int file = real(from, to);
  if (file >= 0) keep(to, own(from));
  return file;
}

#define ON_PATH(name, symbol, front, folder, path, types, given) \
  int name front { \
    REAL(int, symbol, types); \
    if (about(folder, path) && met(CHANGE, symbol, folder, path)) return -1; \
    return real given; \
  }
ON_PATH(unlink, "unlink", (const char *path), AT_FDCWD, path, TYPES(const char *), (path))
ON_PATH(unlinkat, "unlinkat", (int folder, const char *path, int flags), folder, path, TYPES(int, const char *, int), (folder, path, flags))
ON_PATH(rmdir, "rmdir", (const char *path), AT_FDCWD, path, TYPES(const char *), (path))
ON_PATH(mkdir, "mkdir", (const char *path, mode_t mode), AT_FDCWD, path, TYPES(const char *, mode_t), (path, mode))
ON_PATH(mkdirat, "mkdirat", (int folder, const char *path, mode_t mode), folder, path, TYPES(int, const char *, mode_t), (folder, path, mode))
ON_PATH(rename, "rename", (const char *from, const char *path), AT_FDCWD, path, TYPES(const char *, const char *), (from, path))
ON_PATH(renameat, "renameat", (int old, const char *from, int folder, const char *path), folder, path, TYPES(int, const char *, int, const char *), (old, from, folder, path))
ON_PATH(link, "link", (const char *from, const char *path), AT_FDCWD, path, TYPES(const char *, const char *), (from, path))
ON_PATH(symlink, "symlink", (const char *from, const char *path), AT_FDCWD, path, TYPES(const char *, const char *), (from, path))

DIR *opendir(const char *path) {
  REAL(DIR *, "opendir", const char *);
  if (about(AT_FDCWD, path) && met(READ | HANDLE, "opendir", AT_FDCWD, path)) return NULL;
  return real(path);
}

int pthread_create(pthread_t *made, const pthread_attr_t *how, void *(*act)(void *), void *given) {
  REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (met(THREAD, "pthread_create", -1, NULL)) return EAGAIN;
  return real(made, how, act, given);
}
