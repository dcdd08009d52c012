/*
 * pipe-helper: a helper that lives as long as somebody holds the writing end of its standard input.
 *
 *   mkfifo pipe; ./pipe-helper < pipe & exec 9> pipe      then end whoever holds descriptor 9, and compare
 *
 * Nobody sends it a signal and it is nobody's child when its server has daemonized: read(2) returns 0 when the last
 * writer is gone, and it leaves. It stands in for helpers such as nss_pcache, which Debian does not have.
 */
#include <stdio.h>
#include <unistd.h>

int main(void) {
  char asked[512];
  ssize_t count;
  printf("ready\n");
  fflush(stdout);
  while ((count = read(0, asked, sizeof asked)) > 0) { /* a real one would answer here */ }
  printf("%s\n", count == 0 ? "end of file: the last writer is gone" : "read failed");
  return count != 0;
}
