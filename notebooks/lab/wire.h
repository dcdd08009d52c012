/* What `enter` says to `init`: one SOCK_SEQPACKET message of NUL-ended words, with three descriptors beside it
 * (SCM_RIGHTS, unix(7)); the answer is the wait status (wait(2)) of the command. */
#ifndef WIRE_H
#define WIRE_H

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE = 128 * 1024, WORDS = 1024, STREAMS = 3 };

__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *what, ...) {
  int error = errno;
  va_list rest;
  va_start(rest, what);
  vfprintf(stderr, what, rest);
  va_end(rest);
  fprintf(stderr, ": %s\n", strerror(error));
  exit(125);
}

static inline struct sockaddr_un address(const char *path) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof at.sun_path) errno = ENAMETOOLONG, die("%s", path);
  strcpy(at.sun_path, path);
  return at;
}

union Rights {
  struct cmsghdr header;
  char space[CMSG_SPACE(STREAMS * sizeof(int))];
};

#endif
