import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lintPaste, placed } from './lint';

const lint = (code: string) => lintPaste(code, 'x', 'docs/a.md', 10).map(({ message }) => message);

const good = `(
d=$(mktemp -d /tmp/x.XXXXXX) && cd "$d" || exit
trap 'rm -rf "$d"; exit' EXIT HUP INT TERM
cat >a.sh <<'END'
# a comment in a script
exit 1
END
sh a.sh >said 2>/dev/null & p=$!
[ "$p" = 1 ] || echo "! no"
)
`;

test('a paste that keeps to itself is good', () => {
  assert.deepEqual(lint(good), []);
  assert.deepEqual(lint('( cd /tmp/x.*/ && kill "$(cat pid)" )\n'), []);
  assert.deepEqual(lint('sh /tmp/x.*/job.sh plain &\nsh /tmp/x.*/job.sh disown & disown\n'), []);
});

test('each line has its place', () => {
  const places = placed(good).map(({ place }) => place);
  assert.deepEqual(places.slice(0, 4), Array(4).fill('subshell'));
  assert.deepEqual(places.slice(4, 7), Array(3).fill('here-document'));
  assert.deepEqual(places.slice(7), Array(3).fill('subshell'));
  assert.deepEqual(
    placed('( ls )\nls\n(\nls\n) | cat\nls\n').map(({ place }) => place),
    ['subshell', 'top level', 'subshell', 'subshell', 'subshell', 'top level'],
  );
});

describe('what must not stand in a paste is said with place and remedy', () => {
  for (const [code, message] of [
    ['$ ls\n', 'docs/a.md:10: a prompt stands before the command: `$ ls`; write the command alone'],
    ['ls\nme@box:~$ ls\n', 'docs/a.md:11: a prompt stands before the command: `me@box:~$ ls`; write the command alone'],
    ['> ls\n', 'docs/a.md:10: a prompt stands before the command: `> ls`; write the command alone'],
    ['# look\n', 'docs/a.md:10: a comment is no comment in an interactive zsh: `# look`; say it in the prose'],
    ['exit\n', "docs/a.md:10: exit ends the reader's shell: `exit`; put it in parentheses: ( … )"],
    ['ls && exit 1\n', "docs/a.md:10: exit ends the reader's shell: `ls && exit 1`; put it in parentheses: ( … )"],
    ['exec ls\n', "docs/a.md:10: exec replaces the reader's shell: `exec ls`; put it in parentheses: ( … )"],
    ['set -e\n', "docs/a.md:10: set -e changes the reader's shell: `set -e`; put it in parentheses: ( … )"],
    ['cd /tmp\n', 'docs/a.md:10: cd leaves the reader somewhere else: `cd /tmp`; put it in parentheses: ( … )'],
    [
      'port=8080\n',
      "docs/a.md:10: port=8080 sets a variable of the reader's: `port=8080`; put it in parentheses: ( … )",
    ],
    [
      '( pkill sleep )\n',
      "docs/a.md:10: pkill goes by name, and may find the reader's own: `( pkill sleep )`; keep the PID: echo $$ >pid, or $!",
    ],
    ['( sudo ls )\n', 'docs/a.md:10: sudo is more than a recipe may: `( sudo ls )`; do without root'],
    [
      'cat <<END\nListen 127.0.0.1:80\nEND\n',
      'docs/a.md:11: port 80 is below 1024: `Listen 127.0.0.1:80`; take one above, such as 47080',
    ],
    [
      '( ls >/tmp/list )\n',
      'docs/a.md:10: /tmp/list lies outside of the recipe\'s own directory: `( ls >/tmp/list )`; write below "$d", which mktemp -d has made',
    ],
    [
      '( mktemp -d )\n',
      'docs/a.md:10: mktemp makes no directory named for the recipe: `( mktemp -d )`; write mktemp -d /tmp/x.XXXXXX',
    ],
    [
      'cat <<END\nif (!x) y();\nEND\n',
      'docs/a.md:11: an interactive shell takes ! and a word for its history: `if (!x) y();`; write "! word", or "== 0" in C',
    ],
    ['ls\t-l\n', 'docs/a.md:10: a tab asks an interactive shell for completion: `ls\t-l`; write spaces'],
    [
      '( kill -9 -- -1234 )\n',
      'docs/a.md:10: the kill of dash does not take -9 and -- together: `( kill -9 -- -1234 )`; name the signal: kill -s KILL -- …',
    ],
    [
      '( kill -- "-$(cat pid)" )\n',
      'docs/a.md:10: without the file this is kill of "-", which is the own group to zsh: `( kill -- "-$(cat pid)" )`; ask first: [ -s pid ] && kill …',
    ],
  ] as const)
    test(code.trim(), () => assert.equal(lint(code)[0], message));
});
