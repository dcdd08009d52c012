/** The shells that recipes are pasted into, and the ways in which they are: as a reader's terminal may be set up. */
import type { Sandbox } from '../../../notebooks/lab/sandbox';
import type { Recipe, Shell } from './recipe';
import type { Echo } from './transcript';

/** How a recipe is pasted. What is left out is as most readers have it. */
export interface Way {
  readonly name: string;
  readonly shell: Shell;
  /** `line by line`: the next line only when the shell asks for it. `as a script`: not pasted; see script.ts. */
  readonly by: 'all at once' | 'line by line' | 'as a script';
  readonly prompt: 'one line' | 'two lines';
  readonly editing: 'emacs' | 'vi';
  readonly times: 1 | 2;
  /** How high the windows are, in lines. */
  readonly rows: number;
}

const plain: Way = {
  name: 'bash',
  shell: 'bash',
  by: 'all at once',
  prompt: 'one line',
  editing: 'emacs',
  times: 1,
  rows: 24,
};

/** For a recording: readline draws a paste over itself that is longer than the window is high. */
export const forRecording: Way = { ...plain, rows: 50 };

export const ways: readonly Way[] = [
  plain,
  { ...plain, name: 'bash, line by line', by: 'line by line' },
  { ...plain, name: 'bash, two-line prompt', prompt: 'two lines' },
  { ...plain, name: 'bash, set -o vi', editing: 'vi' },
  { ...plain, name: 'bash, twice', times: 2 },
  { ...plain, name: 'bash, as a script', by: 'as a script' },
  { ...plain, name: 'zsh', shell: 'zsh' },
  { ...plain, name: 'zsh, line by line', shell: 'zsh', by: 'line by line' },
  { ...plain, name: 'dash', shell: 'dash' },
];

/** The ways that a recipe says it works in. */
export const waysOf = (recipe: Recipe): Way[] => ways.filter(({ shell }) => recipe.shells.includes(shell));

/** dash has no line editor and marks no beginning of a command; its terminal is told not to echo instead. */
export const echoOf = ({ shell }: Way): Echo => (shell === 'dash' ? 'no echo' : 'echo');

/** Where a sandbox has what belongs to the test and not to the reader, below the scratch directory. */
export const backstage = '.paste';

/** What the shell has to itself before a recipe is pasted into it: a recipe leaves it alone. */
const work = `d=work pid=work port=work n=1 dir=work
trap 'echo at work' USR1
cd ~/work
`;

const A = '\\e]133;A\\a';
const further = '\\e]133;A;k=s\\a';
const B = '\\e]133;B\\a';
const C = '\\e]133;C\\a';

/** The start-up file of a way's shell: marks in its prompts that no terminal shows, and a function that tells the shell's state. */
function startUp({ shell, prompt, editing }: Way): string {
  const first = prompt === 'two lines' ? 'reader@box ~/work\\n' : '';
  const vi = editing === 'vi' ? 'set -o vi\n' : '';
  if (shell === 'bash')
    return `unset HISTFILE
PS1='\\[${A}\\]${first}$ \\[${B}\\]' PS2='\\[${further}\\]> \\[${B}\\]' PS0='${C}'
${vi}${work}state() { { pwd; umask; trap; set -o; shopt; alias; jobs; compgen -v; declare -F; echo "$d $pid $port $n $dir"; } >"$1"; }
`;
  if (shell === 'zsh')
    return `unset HISTFILE; unsetopt prompt_sp
PS1=$'%{${A}%}%# %{${B}%}' PS2=$'%{${further}%}> %{${B}%}'
preexec() { printf '${C}' }
${work}state() { { pwd; umask; trap; set -o; alias; jobs; print -l \${(ok)parameters}; functions; echo "$d $pid $port $n $dir" } >"$1" }
`;
  const mark = (text: string) => `$(printf '${text.replaceAll('\\e', '\\033').replaceAll('\\a', '\\007')}')`;
  return `stty -echo
PS1="${mark(A)}$ ${mark(B)}" PS2="${mark(further)}> ${mark(B)}"
${work}state() { { pwd; umask; trap; set -o; alias; jobs; set | sed 's/=.*//'; echo "$d $pid $port $n $dir"; } >"$1"; }
`;
}

/** Puts the start-up files into a sandbox, and gives the program for its terminals. `environment` is the reader's, beside the usual. */
export function furnish(box: Sandbox, way: Way, environment: Record<string, string> = {}): string[] {
  const file = { bash: 'bashrc', zsh: '.zshrc', dash: 'env' }[way.shell];
  box.files({ [`${backstage}/${file}`]: startUp(way), 'work/notes.txt': 'mine\n', '.profile': '# mine\n' });
  const folder = `${box.scratch}/${backstage}`;
  const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  if (way.shell === 'bash') return ['env', ...set, 'bash', '--noprofile', '--rcfile', `${folder}/bashrc`, '-i'];
  if (way.shell === 'zsh') return ['env', ...set, `ZDOTDIR=${folder}`, 'zsh', '-i', '-o', 'no_global_rcs'];
  return ['env', ...set, `ENV=${folder}/env`, 'dash', '-i'];
}
