/** How the claims are judged that a recipe lets one see: from the lines that terminals showed when it was pasted. */
import type { History, Observation } from '../lab/history';
import { type Claims, no, type Seen, unseen, yes } from '../lab/judge';

/** The first line of a terminal that fits, from the line `after` on; with what the pattern caught. */
function said(
  history: History,
  terminal: number,
  pattern: RegExp,
  after?: Observation,
): [string[], Observation] | undefined {
  for (const seen of history.lines(`Terminal ${terminal}`)) {
    const match = seen.n > (after?.n ?? 0) ? pattern.exec(seen.line) : null;
    if (match !== null) return [[...match], seen];
  }
  return undefined;
}

/** Whether b.sh, known to the table before the kill as a.sh's child, had another parent after it, and came to make abcdef. */
function survives(history: History): Seen {
  const before = said(history, 2, /^\s*(\d+)\s+(\d+)\s+\d+\s+sh b\.sh$/);
  if (before === undefined) return unseen('b.sh was in no process table');
  const [[, pid = '', parent = ''], table] = before;
  const made = said(history, 1, /^(ls: cannot access 'abcdef'|abcdef$)/);
  if (made === undefined) return unseen('nobody looked for abcdef');
  const after = said(history, 2, new RegExp(`^\\s*${pid}\\s+(\\d+)\\s+\\d+\\s+sh b\\.sh$`), table);
  if (made[0][1] === 'abcdef' && after !== undefined && after[0][1] !== parent)
    return yes(`b.sh (${pid}) went from ${parent} to ${after[0][1]} and made abcdef`, table, after[1], made[1]);
  return no(`b.sh (${pid}) was gone, and abcdef was not made`, table, made[1]);
}

/**
 * Whether a terminal showed the one or the other: what fits `effect` is the effect, what fits `otherwise` its absence. Both, or
 * neither, is nothing seen.
 */
function shows(terminal: number, effect: RegExp, otherwise: RegExp): (history: History) => Seen {
  return (history) => {
    const there = said(history, terminal, effect)?.[1];
    const absent = said(history, terminal, otherwise)?.[1];
    if (there !== undefined && absent === undefined) return yes(quoted(there), there);
    if (absent !== undefined && there === undefined) return no(quoted(absent), absent);
    return unseen(there === undefined ? 'the terminal shows neither' : 'the terminal shows both');
  };
}

/** Whether, after a line that says what was done, a line fits the effect: none is its absence, which cites the former. */
function showsAfter(terminal: number, done: RegExp, effect: RegExp): (history: History) => Seen {
  return (history) => {
    const before = said(history, terminal, done)?.[1];
    if (before === undefined) return unseen('the terminal does not say what was done');
    const there = said(history, terminal, effect, before)?.[1];
    return there === undefined ? no(`${quoted(before)}, and no more`, before) : yes(quoted(there), before, there);
  };
}

/** Whether, after a line that says what was done, the one or the other is shown. */
function showsInstead(terminal: number, done: RegExp, effect: RegExp, otherwise: RegExp): (history: History) => Seen {
  return (history) => {
    const before = said(history, terminal, done)?.[1];
    const there = said(history, terminal, effect, before)?.[1];
    const absent = said(history, terminal, otherwise, before)?.[1];
    if (before !== undefined && there !== undefined && absent === undefined) return yes(quoted(there), before, there);
    if (before !== undefined && absent !== undefined && there === undefined) return no(quoted(absent), before, absent);
    return unseen('the terminal does not show which of the two came about');
  };
}

/** The opposite effect. */
function not(effect: (history: History) => Seen): (history: History) => Seen {
  return (history) => {
    const seen = effect(history);
    if (seen.answer === 'unseen') return seen;
    return { ...seen, answer: seen.answer === 'yes' ? 'no' : 'yes' };
  };
}

const quoted = (seen: Observation) => `"${seen.kind === 'line' ? seen.line.trim().replace(/\s+/g, ' ') : ''}"`;

/** A zombie's row in a table of `ps -o pid,ppid,stat,args`. */
const zombie = /^\s*\d+\s+\d+\s+Z\S*\s+\[\w+\] <defunct>$/;

/** Whether the orphan's parent is PID 1, or whoever adopts where nobody nearer does. */
function goesToPid1(history: History): Seen {
  const found = said(history, 1, /^\s*\d+\s+(\d+)\s+sh child\.sh$/);
  if (found === undefined) return unseen('the orphan was in no process table');
  const [[, parent], seen] = found;
  const because = `the orphan's parent is ${parent}`;
  return Number(parent) === history.init ? yes(because, seen) : no(because, seen);
}

const isInterrupted = shows(1, /^accept: Interrupted system call$/, /^accept goes on$/);
const zombiesLeft = showsAfter(1, /^the handler calls: /, zombie);
const newHttpd = showsInstead(1, /^its \w+ has ended/, /^httpd runs$/, /Address already in use: .* could not bind/);
const secondListens = shows(1, /^second: listening/, /^second: Address already in use$/);

/** Whether the port of the TIME_WAIT's own end (the first address) is the server's. */
function serverHasTimeWait(history: History): Seen {
  const port = said(history, 1, /server at port (\d+)$/);
  const wait = said(history, 1, /^TIME-WAIT\s+\d+\s+\d+\s+127\.0\.0\.1:(\d+)/);
  if (port === undefined || wait === undefined) return unseen('there was no TIME_WAIT');
  const [[, server], first] = port;
  const [[, own], second] = wait;
  const because = `TIME_WAIT at port ${own}, the server's is ${server}`;
  return own === server ? yes(because, first, second) : no(because, first, second);
}

/** For each recipe, the claims that it shows; its arms are the parts of the recipe. */
export const recipes: Record<string, Claims> = {
  'kill-a-script': {
    'scripts.child-survives': { effect: survives, treatment: ['kill a.sh'], control: ['kill the group'] },
    'scripts.kill-reaches-one': { effect: survives, treatment: ['kill a.sh'], control: ['kill the group'] },
  },
  zombie: {
    'zombie.definition': {
      effect: showsAfter(1, /^the parent /, zombie),
      treatment: ['does not wait'],
      control: ['waits'],
    },
  },
  'kill-9-a-zombie': {
    'zombie.kill-9-fails': {
      effect: shows(1, /^kill -9 fails$/, /^kill -9 succeeds$/),
      treatment: ['a zombie'],
      control: ['gone'],
    },
    'zombie.kill-0': {
      effect: shows(1, /^kill -0 fails$/, /^kill -0 succeeds$/),
      treatment: ['a zombie'],
      control: ['gone'],
    },
  },
  'five-children': {
    'reap.wait-not-enough': { effect: zombiesLeft, treatment: ['wait'], control: ['a waitpid loop'] },
    'reap.waitpid-loop': { effect: not(zombiesLeft), treatment: ['a waitpid loop'], control: ['wait'] },
  },
  'five-signals': {
    'reap.signals-not-queued': {
      effect: shows(1, /the handler ran 1 times$/, /the handler ran 5 times$/),
      treatment: ['SIGUSR1'],
      control: ['SIGRTMIN'],
    },
  },
  'who-adopts': {
    'orphan.always-pid-1': { effect: goesToPid1, treatment: ['a subreaper'], control: ['no subreaper'] },
  },
  'pid-1-never-waits': {
    'orphan.never-waits': {
      effect: showsAfter(1, /^\s*1\s+0\s/, zombie),
      treatment: ['PID 1 never waits'],
      control: ['PID 1 waits'],
    },
  },
  'second-server': {
    'reuseaddr.second-live-server': { effect: secondListens, treatment: ['SO_REUSEADDR'], control: ['SO_REUSEPORT'] },
    'reuseaddr.reuseport-live': { effect: secondListens, treatment: ['SO_REUSEPORT'], control: ['SO_REUSEADDR'] },
  },
  'restart-a-server': {
    'reuseaddr.restart': {
      effect: shows(1, /^\d+$/, /^bind: Address already in use$/),
      treatment: ['with'],
      control: ['without'],
    },
  },
  'who-has-time-wait': {
    'reuseaddr.sigkill': {
      effect: not(serverHasTimeWait),
      treatment: ['kill -9 of the server'],
      control: ['kill -9 of the client'],
    },
    'reuseaddr.kernel-closes': {
      effect: serverHasTimeWait,
      treatment: ['kill -9 of the server'],
      control: ['kill -9 of the client'],
    },
  },
  'who-holds-the-port': {
    'fork-server.program-keeps-port': {
      effect: shows(1, /^bind: Address already in use$/, /^listening$/),
      treatment: ['inherited'],
      control: ['close-on-exec'],
    },
  },
  'parent-keeps-connection': {
    'fork-server.parent-keeps-connection': {
      effect: shows(1, /the client has waited in vain$/, /the client has seen the end$/),
      treatment: ['the parent keeps it'],
      control: ['the parent closes it'],
    },
  },
  'close-or-shutdown': {
    'chat.close-tells-peer': {
      effect: shows(1, /end of file$/, /nothing yet$/),
      treatment: ['close'],
      control: ['shutdown'],
    },
    'chat.shutdown-tells-peer': {
      effect: shows(1, /end of file$/, /nothing yet$/),
      treatment: ['shutdown'],
      control: ['close'],
    },
  },
  'group-without-leader': {
    'session.group-dies-with-leader': {
      effect: not(showsAfter(1, /^kill the /, /sh member\.sh$/)),
      treatment: ['kill the leader'],
      control: ['kill the group'],
    },
  },
  'accept-and-sigchld': {
    'reap.accept-eintr': {
      effect: isInterrupted,
      treatment: ['a handler', 'a handler with SA_RESTART'],
      control: ['no handler'],
      condition: 'whether the handler was set with SA_RESTART',
    },
  },
  'survive-the-window': {
    'session.each-escapes': {
      effect: shows(1, /^\w+ lives$/, /^\w+ is gone$/),
      treatment: ['nohup', 'disown', 'setsid', '( cmd & )'],
      control: ['&'],
    },
  },
  'exit-or-close': {
    'session.exit-hups-jobs': {
      effect: shows(1, /^the job is gone$/, /^the job lives$/),
      treatment: ['exit'],
      control: ['the window closed'],
    },
  },
  'ctrl-c': {
    'session.ctrl-c-foreground': {
      effect: showsAfter(1, /inner\.sh is told INT$/, /^outer\.sh is told INT$/),
      treatment: ['Ctrl-C'],
      control: ['kill -INT'],
    },
  },
  'kill-httpd': {
    'httpd.children-die': {
      effect: not(showsAfter(1, /^its parent has ended by /, /^\s*\d+\s+\d+\s+\d+\s+apache2$/)),
      treatment: ['TERM'],
      control: ['KILL'],
    },
    'httpd.orphans-hold-port': { effect: not(newHttpd), treatment: ['KILL'], control: ['TERM'] },
    'httpd.orphans-by-group': { effect: newHttpd, treatment: ['then its group'], control: ['KILL'] },
  },
  'resize-httpd': {
    'httpd.resize-stops': {
      effect: shows(1, /^caught SIGWINCH, shutting down gracefully$/, /^caught SIGTERM, shutting down$/),
      treatment: ['in the foreground'],
      control: ['in a session of its own'],
    },
  },
  'five-connections': {
    'reap.wait-not-enough': {
      effect: showsAfter(1, /^connections: /, zombie),
      treatment: ['five connections'],
      control: ['one connection'],
    },
  },
};
