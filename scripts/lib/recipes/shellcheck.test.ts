import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProgram } from '../../../notebooks/lab/programs';
import type { NoteFile } from '../notes';
import { checkRecipes } from './shellcheck';

function noteWith(code: string): NoteFile[] {
  const text = `# Note\n\n:::recipe[One]{id="one" shows="a.b"}\n\`\`\`sh\n${code}\n\`\`\`\n:::\n`;
  return [{ file: 'docs/a.md', text }];
}

const skip = findProgram('shellcheck') === undefined && 'needs shellcheck (apt-get install shellcheck)';

test('what shellcheck notes is told with its line in the page, of the paste and of the script', { skip }, async () => {
  const { complaint } = await checkRecipes(noteWith('true\ncat $HOME/notes'));
  assert.match(complaint, /^docs\/a\.md:6: shellcheck, as bash: Double quote .*; see \S+SC2086$/m);
  assert.match(complaint, /^docs\/a\.md:3: shellcheck, line \d+ of its script: Double quote /m);
});

test('where there is no shellcheck the check is left out, and says what to install', async (t) => {
  const path = process.env.PATH;
  t.after(() => {
    process.env.PATH = path;
  });
  process.env.PATH = '/nonexistent';
  assert.deepEqual(await checkRecipes(noteWith('true')), {
    what: 'recipes: shellcheck',
    complaint: '',
    missing: 'needs shellcheck (apt-get install shellcheck)',
  });
});
