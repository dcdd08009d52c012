import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acquireSettings,
  debianSources,
  freshEnvironment,
  mirrorOf,
  npmrc,
  readAptSources,
  stepsOf,
  summary,
} from './fresh-host';

const STANZAS = `Types: deb deb-src
# URIs: http://old.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites:
 bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
`;

test('deb822 stanzas are read: comments, continuation lines and Enabled: no', () => {
  assert.deepEqual(debianSources(readAptSources('debian.sources', STANZAS), 'bookworm'), [
    'deb http://mirror.example/debian bookworm main',
    'deb http://mirror.example/debian bookworm-updates main',
    'deb http://mirror.example/debian-security bookworm-security main',
  ]);
});

test('one-line sources are read, with and without options', () => {
  const text = `# deb http://off.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # ours
deb-src http://mirror.example/debian bookworm main
`;
  assert.deepEqual(debianSources(readAptSources('sources.list', text), 'bookworm'), [
    'deb http://mirror.example/debian bookworm main',
  ]);
});

test('third parties and other releases are left behind', () => {
  const text = `deb https://vendor.example/linux bookworm stable
deb https://vendor.example/apt bookworm-pgdg main
deb http://mirror.example/debian trixie main
`;
  const lines = debianSources(readAptSources('x.list', text), 'bookworm');
  assert.deepEqual(lines, []);
  assert.equal(mirrorOf(lines, 'bookworm'), undefined);
});

test('the mirror is the one that holds the release itself', () => {
  const lines = ['deb http://s.example/security bookworm-security main', 'deb http://m.example/debian bookworm main'];
  assert.equal(mirrorOf(lines, 'bookworm'), 'http://m.example/debian');
});

test('of the apt settings only those come along that reach the mirror', () => {
  const dump = `Acquire "";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::CaInfo "/etc/ssl/certs/ca-certificates.crt";
Acquire::Check-Valid-Until "false";
Acquire::Languages:: "none";
Acquire::IndexTargets::deb::Packages::MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
`;
  assert.equal(
    acquireSettings(dump),
    `Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::CaInfo "/etc/ssl/certs/ca-certificates.crt";
Acquire::Check-Valid-Until "false";
`,
  );
});

test('the environment carries the way to the network and nothing else', () => {
  const host = {
    PATH: '/opt/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    http_proxy: 'http://p',
    TOKEN: 'x',
    SSL_CERT_FILE: '',
  };
  assert.deepEqual(freshEnvironment(host, '/home/reader', 'reader'), {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/home/reader',
    USER: 'reader',
    LOGNAME: 'reader',
    SHELL: '/bin/bash',
    http_proxy: 'http://p',
  });
});

test('npm settings that are not set are left out', () => {
  assert.equal(
    npmrc({ cafile: '/ca.crt', proxy: 'null', noproxy: '', 'strict-ssl': 'true' }),
    'cafile=/ca.crt\nstrict-ssl=true\n',
  );
});

test('without commands the whole proof runs, or the part of one role', () => {
  assert.deepEqual(
    stepsOf(undefined, []).map(({ role, command }) => `${role}: ${command}`),
    ['root: npm run reproduce', 'root: npm test', 'user: npm run reproduce'],
  );
  assert.deepEqual(stepsOf('user', []), [{ role: 'user', command: 'npm run reproduce', good: [0, 2] }]);
});

test('commands given run as the role asked for, else as root', () => {
  assert.deepEqual(stepsOf(undefined, ['a']), [{ role: 'root', command: 'a' }]);
  assert.deepEqual(
    stepsOf('sudoer', ['a', 'b']).map(({ role }) => role),
    ['sudoer', 'sudoer'],
  );
});

test('the summary says how each step ended', () => {
  const text = summary([
    { role: 'root', command: 'npm test', code: 0, seconds: 61.24 },
    { role: 'user', command: 'npm run reproduce', code: 2, seconds: 7 },
    { role: 'user', command: 'npm run reproduce', good: [0, 2], code: 2, seconds: 7 },
    { role: 'user', command: 'sleep 9', code: null, seconds: 1 },
  ]);
  assert.match(
    text,
    /^passed +61\.2 s {2}root {4}npm test\nexit code 2 +7\.0 s {2}user {4}npm run reproduce\npassed \(2\) .*\nwas killed /,
  );
});
