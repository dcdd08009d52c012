/*
 * bystander: waits for a signal, says which one came and who sent it, and ends by it.
 *
 *   ./bystander &        then signal it alone, or its process group, and compare
 *
 * A process that nobody knows by its PID is reached only through its process group: kill(2), pid < -1. sigwaitinfo(2)
 * gives the sender without a handler.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  sigset_t all;
  siginfo_t info;
  sigfillset(&all);
  if (sigprocmask(SIG_BLOCK, &all, NULL) < 0) return perror("sigprocmask"), 1;
  printf("ready %d, group %d\n", getpid(), getpgrp());
  fflush(stdout);
  int signal_number = sigwaitinfo(&all, &info);
  if (signal_number < 0) return perror("sigwaitinfo"), 1;
  printf("SIG%s from %d (%s)\n", sigabbrev_np(signal_number), info.si_pid, info.si_code == SI_USER ? "SI_USER" : info.si_code == SI_KERNEL ? "SI_KERNEL" : "other");
  fflush(stdout);
  signal(signal_number, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &all, NULL);
  raise(signal_number); /* end as the signal would have ended it */
  return 0;
}
