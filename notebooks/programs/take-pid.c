/*
 * take-pid: asks for the PID of a child that has ended, for another child.
 *
 *   unshare --user --map-root-user --pid --fork ./take-pid zombie
 *   unshare --user --map-root-user --pid --fork ./take-pid waited
 *
 * clone3(2) with set_tid asks for a PID (Linux 5.5; it takes CAP_SYS_ADMIN over the PID namespace, hence the unshare).
 * EEXIST says that the PID is taken. Compare: as long as the first child is a zombie, and when it has been waited for.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  siginfo_t end;
  int waited = argc > 1 && strcmp(argv[1], "waited") == 0;
  pid_t first = fork();
  if (first < 0) return perror("fork"), 1;
  if (first == 0) _exit(0);
  if (waitid(P_PID, (id_t)first, &end, waited ? WEXITED : WEXITED | WNOWAIT) < 0) return perror("waitid"), 1;

  struct clone_args ask = {.exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&first, .set_tid_size = 1};
  long pid = syscall(SYS_clone3, &ask, sizeof ask);
  if (pid == 0) _exit(0);
  if (pid < 0) printf("PID %d refused: %s\n", first, strerror(errno));
  else printf("PID %ld given\n", pid);
  return 0;
}
