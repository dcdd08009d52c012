/* What the lab says to `init` (command.ts), and what its programs have in common.
 *
 * A command is four connections to a SOCK_STREAM socket (unix(7)), each beginning with a greeting: its standard streams, and
 * the one that asks for it. The answer, on that one, is the wait status (wait(2)) of the command. */
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

struct Greeting {
  unsigned command; /* which one, as its caller numbers them; from 1 on */
  unsigned place;   /* the stream that it is to be, or STREAMS for the one that asks */
  unsigned length;  /* of the NUL-ended words that follow where it asks, at most MESSAGE */
};

__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *what, ...) {
  int error = errno;
  va_list rest;
  va_start(rest, what);
  vfprintf(stderr, what, rest);
  va_end(rest);
  fprintf(stderr, ": %s\n", strerror(error));
  exit(125);
}

#endif
