/** Why a terminal does not go on. */
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import type { Way } from './shells';
import type { Reading } from './transcript';
import type { Window } from './window';

/** In words, with the remedy; undefined where no reason is to be seen. `at` is where its shell stands. */
export async function whyStuck(
  box: Sandbox,
  { terminal }: Window,
  at: Reading['at'],
  { shell }: Way,
): Promise<string | undefined> {
  if (at === 'further' && shell !== 'dash')
    // which does not mark where a command begins
    return 'the shell asks for more: a quote, a parenthesis or a here-document is never closed; close it';
  const tty = terminal.tty.replace('/dev/', '');
  const { stdout } = await box.$`ps -t ${tty} -o pid=,stat=,args= | grep -F +`;
  for (const [, pid = '', args = ''] of stdout.matchAll(/^\s*(\d+)\s+\S+\s+(.*)$/gm)) {
    const call = (await box.$`cat /proc/${pid}/wchan; echo; cat /proc/${pid}/syscall`).stdout;
    if (/n_tty_read|wait_woken/.test(call) || /^0 0x0 /m.test(call))
      return `\`${args}\` (${pid}) waits for input; give it < /dev/null`;
  }
  return undefined;
}
