import type { Sandbox } from '../lab';

/**
 * Puts a configuration of httpd into the sandbox: eight children as in the source, the prefork module, everything in the
 * scratch directory. Gives the command line that takes it, the port it will listen on, and a request to it in bash.
 */
export async function configure(box: Sandbox) {
  box.needs('apache2', 'ss');
  const port = await box.port(8080);
  box.files({
    'httpd.conf': `ServerRoot ${box.scratch}
ServerName localhost
Listen 127.0.0.1:${port}
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
User www-data
Group www-data
PidFile httpd.pid
ErrorLog error.log
Mutex file:${box.scratch}
DocumentRoot ${box.scratch}/htdocs
StartServers 8
MinSpareServers 8
MaxSpareServers 8
MaxRequestWorkers 16
`,
    'htdocs/index.html': 'It works\n',
  });
  const get = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' >&3; head -n 1 <&3`;
  return { command: `apache2 -f ${box.scratch}/httpd.conf`, get, port };
}

/** Waits for the eight children; gives the table with them in it, and the parent. */
export async function serving(box: Sandbox) {
  const eight = box.table('a parent and eight children of apache2', (table) => {
    const parents = table.allNamed('apache2').filter((process) => table.childrenOf(process.pid).length >= 8);
    return parents.length === 1 ? { table, parent: parents[0]?.pid ?? 0 } : undefined;
  });
  return box.until(eight, { moment: 'before' });
}
