import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Echo, readTranscript, rendered } from './transcript';

const A = '\x1b]133;A\x07';
const more = '\x1b]133;A;k=s\x07';
const B = '\x1b]133;B\x07';
const C = '\x1b]133;C\x07';
const prompt = `${A}$ ${B}`;

/** Reads pieces, of which `>` marks where something was sent. */
function read(pieces: string[], echo: Echo = 'echo', from = 0) {
  const sent: number[] = [];
  let bytes = '';
  for (const piece of pieces) {
    if (piece === '>') sent.push(bytes.length);
    else bytes += piece;
  }
  return readTranscript(bytes, from, sent, echo);
}

test('output is what stands between the beginning of a command and the next prompt', () => {
  const { output, prompts, at } = read([prompt, '>', 'echo hi\r\n', C, 'hi\r\n', prompt]);
  assert.deepEqual([output, prompts, at], ['hi\r\n', 2, 'prompt']);
});

test('the echo of what is sent is no output, nor are the prompts of further lines', () => {
  const { output } = read([prompt, '>', '(\r\n', `${more}> ${B}`, '>', 'echo hi)\r\n', C, 'hi\r\n', prompt]);
  assert.equal(output, 'hi\r\n');
});

test('what comes at a prompt at which nothing was sent is output, of something in the background', () => {
  assert.equal(read([prompt, 'late\r\n']).output, 'late\r\n');
  assert.equal(read([prompt, '>', 'x &\r\n', C, prompt, 'late\r\n']).output, 'late\r\n');
});

test('what came at a prompt before something was sent is output, what comes after it is echo', () => {
  assert.equal(read([prompt, 'late\r\n', '>', 'ls\r\n', C, prompt]).output, 'late\r\n');
});

test('a key that is pressed while a command runs is not taken for one at the next prompt', () => {
  assert.equal(read([prompt, '>', 'x\r\n', C, '>', '^C', prompt, 'late']).output, '^Clate');
});

test('where nothing is echoed all that is no prompt is output', () => {
  assert.equal(read([prompt, '>', `${more}> ${B}`, 'hi\r\n', prompt], 'no echo').output, 'hi\r\n');
});

test('a command that runs, a shell that asks for more and one at its prompt are told apart', () => {
  assert.equal(read([prompt, '>', 'sleep\r\n', C]).at, 'command');
  assert.equal(read([prompt, '>', '(\r\n', `${more}> ${B}`]).at, 'further');
  assert.equal(read([prompt]).at, 'prompt');
});

test('only what comes from the offset on counts', () => {
  const first = `${prompt}x\r\n${C}one\r\n${prompt}`;
  const { output, prompts } = readTranscript(`${first}y\r\n${C}two\r\n${prompt}`, first.length, [first.length], 'echo');
  assert.deepEqual([output, prompts], ['two\r\n', 1]);
});

test('output is drawn as a terminal draws it, and no line is wrapped', async () => {
  assert.equal(await rendered('one\r\n\x1b[31mtwo\x1b[0m\r\n12345\rab\x1b[K\r\n'), 'one\ntwo\nab');
  assert.equal(await rendered('x'.repeat(300)), 'x'.repeat(300));
});
