/** What a recipe has changed in the shell that it was pasted into. */

/** What every command changes. */
const usual = /^[-+] (OLDPWD|_|BASH_.*|PIPESTATUS|pipestatus|status|LINENO|histchars|\?|!)$/;

/** The lines by which two accounts of a shell differ, as the function `state` of shells.ts gives them: `+ mine` has come. */
export function changes(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
  ].filter((line) => !usual.test(line));
}
