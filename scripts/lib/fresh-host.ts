/**
 * What a fresh machine takes over from this host, so that apt and npm work in it behind the same mirror, proxy and
 * certificates: the pure part. Secrets (apt's auth.conf, npm's tokens) are not taken over.
 */

/** Where packages come from: a stanza of sources.list(5). */
export interface AptSource {
  uris: string[];
  suites: string[];
  components: string[];
}

/** Reads both formats of sources.list(5): one line a source (`.list`) and deb822 stanzas (`.sources`). */
export function readAptSources(name: string, text: string): AptSource[] {
  return name.endsWith('.sources') ? readStanzas(text) : readLines(text);
}

function readLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const words = line
      .replace(/#.*/, '')
      .replace(/\[[^\]]*\]/, '')
      .trim()
      .split(/\s+/);
    const [type, uri, suite, ...components] = words;
    return type === 'deb' && uri && suite ? [{ uris: [uri], suites: [suite], components }] : [];
  });
}

function readStanzas(text: string): AptSource[] {
  const uncommented = text.replace(/^#.*\n?/gm, '');
  return uncommented.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (key: string) => {
      const value = stanza.match(new RegExp(`^${key}:(.*(?:\n[ \t].*)*)`, 'im'))?.[1] ?? '';
      return value.split(/\s+/).filter(Boolean);
    };
    if (!field('Types').includes('deb') || field('Enabled').includes('no')) return [];
    return [{ uris: field('URIs'), suites: field('Suites'), components: field('Components') }];
  });
}

/** The lines of a sources.list with Debian's own suites of this release, and nothing of third parties. */
export function debianSources(sources: AptSource[], release: string): string[] {
  const own = [release, `${release}-updates`, `${release}-security`];
  return sources
    .filter((source) => source.components.includes('main'))
    .flatMap(({ uris, suites }) =>
      uris.flatMap((uri) => suites.filter((suite) => own.includes(suite)).map((suite) => `deb ${uri} ${suite} main`)),
    );
}

/** The mirror that holds the release itself; undefined where the host has none (another distribution or release). */
export function mirrorOf(lines: string[], release: string): string | undefined {
  return lines.map((line) => line.split(' ')).find(([, , suite]) => suite === release)?.[1];
}

/** From `apt-config dump Acquire` (its output is apt.conf(5) again): how to reach and believe the mirror. */
export function acquireSettings(dump: string): string {
  const reach = /^Acquire::(https?|ForceIPv[46]|Check-Valid-Until|Check-Date|Max-FutureTime|Retries)\b.* "[^"]+";$/;
  return dump
    .split('\n')
    .filter((line) => reach.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
export const CERTIFICATES = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO'];

/** The environment inside: a PATH, a HOME, and the way to the network; no locale, as on a machine just installed. */
export function freshEnvironment(host: NodeJS.ProcessEnv, home: string, user: string): Record<string, string> {
  const carried = [...PROXIES, ...CERTIFICATES, 'TERM'].flatMap((name) => {
    const value = host[name];
    return value ? [[name, value] as const] : [];
  });
  const sbin = user === 'root' ? '/usr/local/sbin:/usr/sbin:/sbin:' : '';
  return {
    PATH: `${sbin}/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/bash',
    ...Object.fromEntries(carried),
  };
}

/** The npm settings (npmrc(5)) that decide whether the registry can be reached. */
export const NPM_SETTINGS = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl'];

/** An npmrc of these settings, as `npm config get` printed them; what is not set is left out. */
export function npmrc(settings: Record<string, string>): string {
  return Object.entries(settings)
    .filter(([, value]) => !['', 'null', 'undefined'].includes(value))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

export const ROLES = ['root', 'user', 'sudoer'] as const;
export type Role = (typeof ROLES)[number];

/** One command on the fresh machine. */
export interface Step {
  role: Role;
  command: string;
  /** Exit codes that are as they should be. Default: 0. */
  good?: number[];
}

/**
 * The two commands of the README. 2 is no failure: to an ordinary user a claim that needs root is inconclusive, and in a PID
 * namespace, which this machine is, so is what only tracefs can tell.
 */
const WHOLE: Step[] = [
  { role: 'root', command: 'npm run reproduce', good: [0, 2] },
  { role: 'root', command: 'npm test' },
  { role: 'user', command: 'npm run reproduce', good: [0, 2] },
];

/** The steps that were asked for; without commands the whole proof, or the part of it that the role plays. */
export function stepsOf(role: Role | undefined, commands: string[]): Step[] {
  if (commands.length > 0) return commands.map((command) => ({ role: role ?? 'root', command }));
  if (role === 'sudoer') return [{ role, command: 'npm run reproduce' }];
  return WHOLE.filter((step) => role === undefined || step.role === role);
}

export interface Outcome extends Step {
  /** Exit code; null where a signal ended it. */
  code: number | null;
  seconds: number;
}

export const isGood = ({ code, good = [0] }: Outcome): boolean => code !== null && good.includes(code);

/** One line a step: how it ended, how long it took, who ran what. */
export function summary(outcomes: Outcome[]): string {
  return outcomes
    .map((outcome) => {
      const { role, command, code, seconds } = outcome;
      const exit = code === null ? 'was killed' : `exit code ${code}`;
      const ending = !isGood(outcome) ? exit : code === 0 ? 'passed' : `passed (${code})`;
      return `${ending.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s  ${role.padEnd(6)}  ${command}\n`;
    })
    .join('');
}
