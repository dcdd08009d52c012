/** What git knows of the project, where it is there: nothing is shown where it is not. */
import { execFileSync } from 'node:child_process';
import { PROJECT } from '../../scripts/lib/project';

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** The repository's address for people, such as `https://github.com/somebody/procnotes`; undefined where it has none. */
export function repository(environment = process.env): string | undefined {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = environment;
  if (GITHUB_SERVER_URL && GITHUB_REPOSITORY) return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
  const [, host, path] =
    /^(?:https:\/\/|git@)(github\.com|gitlab\.com|codeberg\.org)[/:](.+?)(?:\.git)?$/.exec(
      git('remote', 'get-url', 'origin') ?? '',
    ) ?? [];
  return host === undefined ? undefined : `https://${host}/${path}`;
}

/** Can git tell when a page was last changed? Not where there is no repository, or only its newest commit. */
export function lastChange(): 'known' | 'unknown' {
  return git('rev-parse', '--is-shallow-repository') === 'false' ? 'known' : 'unknown';
}
