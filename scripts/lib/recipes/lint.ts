/**
 * What must not stand in a paste: it goes into a shell that has work in it, on a machine that is somebody's. What a look
 * can tell is told here; shellcheck tells more, and the paste run compares files, processes and the shell before and after.
 */
import { SourceError } from '../source-error';

/** Where a line stands: at the top level of the shell that it is pasted into, in a subshell, or in a here-document. */
export type Place = 'top level' | 'subshell' | 'here-document';

interface Rule {
  /** Where it applies. */
  in: Place[];
  bad: RegExp;
  problem: string;
  remedy: string;
}

const everywhere: Place[] = ['top level', 'subshell', 'here-document'];
const commands: Place[] = ['top level', 'subshell'];
const top: Place[] = ['top level'];
const start = String.raw`(?:^|[;&|]\s*|\b(?:then|do|else)\s+)\s*`;

const rules: Rule[] = [
  {
    in: commands,
    bad: /^\s*(?:\$|%|>|[\w.-]+@[\w.-]+[:~][^ ]*[$#%])\s/,
    problem: 'a prompt stands before the command',
    remedy: 'write the command alone',
  },
  { in: top, bad: /^\s*#/, problem: 'a comment is no comment in an interactive zsh', remedy: 'say it in the prose' },
  ...(
    [
      ['exit', "ends the reader's shell"],
      ['exec', "replaces the reader's shell"],
      ['return', 'is an error at a prompt'],
      ['set [-+][eu]', "changes the reader's shell"],
      ['trap', "replaces the reader's traps"],
      ['cd', 'leaves the reader somewhere else'],
      ['(?:export|alias|umask|ulimit|unset)', "changes the reader's shell"],
      ['[A-Za-z_]\\w*=[^ ]*(?:$|;)', "sets a variable of the reader's"],
    ] as const
  ).map(([word, why]) => ({
    in: top,
    bad: new RegExp(`${start}(${word})(?![\\w=-])`),
    problem: `$1 ${why}`,
    remedy: 'put it in parentheses: ( … )',
  })),
  {
    in: everywhere,
    bad: /\b(pkill|killall|pidof|pgrep(?! -[Pgs]))\b/,
    problem: "$1 goes by name, and may find the reader's own",
    remedy: 'keep the PID: echo $$ >pid, or $!',
  },
  {
    in: everywhere,
    bad: /\bkill -(\d+) -- /,
    problem: 'the kill of dash does not take -$1 and -- together',
    remedy: 'name the signal: kill -s KILL -- …',
  },
  {
    in: commands,
    bad: /(?<!\] && )\bkill\b[^;|&]*"-\$\(/,
    problem: 'without the file this is kill of "-", which is the own group to zsh',
    remedy: 'ask first: [ -s pid ] && kill …',
  },
  { in: commands, bad: /\b(sudo|doas|su)\b/, problem: '$1 is more than a recipe may', remedy: 'do without root' },
  {
    in: everywhere,
    bad: /(?:\bListen\s+(?:[\d.]+:)?|htons\(|\bport\s*=\s*:?|sport\s*=\s*:|(?:127\.0\.0\.1|localhost)[:/])(\d{1,3}|10[01]\d|102[0-3])(?![\d.])/i,
    problem: 'port $1 is below 1024',
    remedy: 'take one above, such as 47080',
  },
  {
    in: commands,
    bad: /(?:>\s*|\b(?:touch|mkdir|rm|mv|cp|ln|tee)\s(?:[^;|&>]*\s)?)((?:~|\$HOME|\/(?!dev\/(?:null|tty)\b|tmp\/NAME\.))[^\s;"]*)/,
    problem: "$1 lies outside of the recipe's own directory",
    remedy: 'write below "$d", which mktemp -d has made',
  },
  {
    in: everywhere,
    bad: /mktemp(?! -d \/tmp\/NAME\.X{6,})/,
    problem: 'mktemp makes no directory named for the recipe',
    remedy: 'write mktemp -d /tmp/NAME.XXXXXX',
  },
  {
    in: everywhere,
    bad: /(?<!\$)!(?=[^\s=("'])/,
    problem: 'an interactive shell takes ! and a word for its history',
    remedy: 'write "! word", or "== 0" in C',
  },
  { in: everywhere, bad: /\t/, problem: 'a tab asks an interactive shell for completion', remedy: 'write spaces' },
];

/** The lines of a paste with the place of each. Subshells are those whose parentheses begin and end lines. */
export function placed(code: string): { text: string; place: Place }[] {
  let until: string | undefined;
  let depth = 0;
  return code
    .replace(/\n$/, '')
    .split('\n')
    .map((text) => {
      if (until !== undefined) {
        if (text === until) until = undefined;
        return { text, place: 'here-document' };
      }
      until = /<<-?\s*(["']?)(\w+)\1/.exec(text)?.[2];
      const opens = /^\s*\(/.test(text);
      const inside = depth > 0 || opens;
      if (opens) depth += 1;
      if (depth > 0 && /^\s*\)|\)\s*(?:&|[|>].*)?$/.test(text) && (/^\s*\)/.test(text) || opens)) depth -= 1;
      return { text, place: inside ? 'subshell' : 'top level' };
    });
}

/** What is wrong with a paste of recipe `id` whose first line is `line` of `file`. */
export function lintPaste(code: string, id: string, file: string, line: number): SourceError[] {
  return placed(code).flatMap(({ text, place }, index) =>
    rules.flatMap((rule) => {
      if (!rule.in.includes(place)) return [];
      const found = new RegExp(rule.bad.source.replaceAll('NAME', id), rule.bad.flags).exec(text);
      if (found === null) return [];
      const said = (words: string) => words.replace('$1', found[1] ?? '').replaceAll('NAME', id);
      return [new SourceError(file, line + index, `${said(rule.problem)}: \`${text.trim()}\``, said(rule.remedy))];
    }),
  );
}
