/*
 * report-signals: writes down which signals come, and from whom; with children, a whole cast that does.
 *
 *   report-signals [-d] LOG NAME [CHILD...]     CHILD leads a process group of its own; +GRANDCHILD is CHILD's child
 *
 * Words in a name say how one stands: a "member" stays in its parent's group, a "fellow" is in that of the child before
 * it, one "foreground" takes the terminal for its group, one "stopped" stops itself. With -d each signal has its way after
 * it was reported (terminates, stops, is ignored); without, nothing but SIGKILL and SIGSTOP does anything.
 *
 *   ./report-signals told me & kill $!; kill -RTMAX $!; cat told         SIGRTMAX asks "was that all?": taken last
 *   setsid ./report-signals told leader group +member                    end the leader, or the group, and compare
 */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int told;
static const char *me;

static void say(const char *format, ...) { /* one write a line: O_APPEND keeps the lines of all of them whole */
  char line[256];
  int length = snprintf(line, sizeof line, "%s %d: ", me, getpid());
  va_list rest;
  va_start(rest, format);
  length += vsnprintf(line + length, sizeof line - length, format, rest);
  va_end(rest);
  line[length++] = '\n';
  if (write(told, line, length) != length) _exit(1);
}

static void report(const sigset_t *all, int have_their_way) {
  siginfo_t info;
  for (int number; (number = sigwaitinfo(all, &info)) > 0;) {
    sigset_t one;
    if (number == SIGRTMAX) say("asked");
    else if (info.si_code == SI_KERNEL) say("SIG%s from the kernel", sigabbrev_np(number));
    else say("SIG%s from %d", sigabbrev_np(number), info.si_pid);
    if (!have_their_way || number == SIGRTMAX) continue;
    sigemptyset(&one);
    sigaddset(&one, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL); /* what is pending is delivered before this returns */
    sigprocmask(SIG_BLOCK, &one, NULL);
  }
}

static void play(char **cast, size_t depth, const sigset_t *all, int have_their_way) {
  pid_t before = 0;
  for (char **next = cast + 1; *next && strspn(*next, "+") >= depth; next++) {
    if (strspn(*next, "+") > depth) continue; /* a child's child */
    pid_t group = strstr(*next, "member") ? getpgrp() : strstr(*next, "fellow") ? before : 0, child = fork();
    if (child < 0) _exit(1);
    setpgid(child, group); /* both do it, so that neither has to wait for the other, as shells do */
    if (child == 0) {
      play(next, depth + 1, all, have_their_way);
      _exit(0);
    }
    before = child;
  }
  me = *cast + strspn(*cast, "+");
  if (strstr(me, "foreground") && tcsetpgrp(0, getpgrp()) < 0) _exit(1);
  struct sigaction hup, interrupt;
  if (sigaction(SIGHUP, NULL, &hup) < 0 || sigaction(SIGINT, NULL, &interrupt) < 0) _exit(1);
  say("ready%s%s", hup.sa_handler == SIG_IGN ? ", ignores SIGHUP" : "", interrupt.sa_handler == SIG_IGN ? ", ignores SIGINT" : "");
  if (strstr(me, "stopped")) raise(SIGSTOP);
  report(all, have_their_way);
}

int main(int argc, char **argv) {
  int have_their_way = argc > 1 && strcmp(argv[1], "-d") == 0;
  sigset_t all;
  argv += have_their_way;
  if (argc - have_their_way < 3) return fprintf(stderr, "usage: report-signals [-d] LOG NAME [CHILD...]\n"), 2;
  if ((told = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0644)) < 0) return perror(argv[1]), 1;
  sigfillset(&all);
  sigdelset(&all, SIGCHLD);
  if (signal(SIGCHLD, SIG_IGN) == SIG_ERR) return perror("signal"), 1; /* no zombies: they would keep a group in being */
  if (sigprocmask(SIG_SETMASK, &all, NULL) < 0) return perror("sigprocmask"), 1;
  play(argv + 2, 0, &all, have_their_way);
}
