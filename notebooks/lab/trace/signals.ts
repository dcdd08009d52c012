import { constants } from 'node:os';

const names = new Map<number, string>();
// SIGIOT and SIGPOLL are older names of SIGABRT and SIGIO (signal(7)), and come last: the first name stays.
for (const [name, number] of Object.entries(constants.signals).sort(([a], [b]) => rank(a) - rank(b)))
  if (!names.has(number)) names.set(number, name);

function rank(name: string): number {
  return ['SIGIOT', 'SIGPOLL', 'SIGUNUSED'].includes(name) ? 1 : 0;
}

/** A signal's name as strace(1) writes it: `SIGTERM`; a real-time signal is `SIGRT_2` and so on, 32 being the first. */
export function signalName(number: number): string {
  return names.get(number) ?? (number >= 32 ? `SIGRT_${number - 32}` : String(number));
}

/** Where a signal comes from: si_code, sigaction(2). Positive codes mean something else for each signal. */
const codes: Record<number, string> = {
  0: 'SI_USER',
  [-1]: 'SI_QUEUE',
  [-2]: 'SI_TIMER',
  [-3]: 'SI_MESGQ',
  [-4]: 'SI_ASYNCIO',
  [-5]: 'SI_SIGIO',
  [-6]: 'SI_TKILL',
  128: 'SI_KERNEL',
};

const ofSignal: Record<string, string[]> = {
  SIGCHLD: ['CLD_EXITED', 'CLD_KILLED', 'CLD_DUMPED', 'CLD_TRAPPED', 'CLD_STOPPED', 'CLD_CONTINUED'],
  SIGSEGV: ['SEGV_MAPERR', 'SEGV_ACCERR'],
  SIGBUS: ['BUS_ADRALN', 'BUS_ADRERR', 'BUS_OBJERR'],
  SIGFPE: ['FPE_INTDIV', 'FPE_INTOVF', 'FPE_FLTDIV', 'FPE_FLTOVF', 'FPE_FLTUND', 'FPE_FLTRES', 'FPE_FLTINV'],
  SIGILL: ['ILL_ILLOPC', 'ILL_ILLOPN', 'ILL_ILLADR', 'ILL_ILLTRP', 'ILL_PRVOPC', 'ILL_PRVREG', 'ILL_COPROC'],
};

/** The name of a code, or the number where it has none that is known here. */
export function codeName(signal: string, code: number): string {
  return codes[code] ?? ofSignal[signal]?.[code - 1] ?? String(code);
}

/** A process sent it, of its own will; only then a sender is named. */
export const isSent = (code: string): boolean => code === 'SI_USER' || code === 'SI_TKILL' || code === 'SI_QUEUE';

/** Whether a process that has left a signal at its default ends by it: signal(7), "Standard signals". */
export function endsByDefault(signal: string): boolean {
  return !['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'].includes(signal);
}
