/**
 * Lets `require` read our TypeScript while the site is built. tsx, with which the commands run, does that too, but looks at every
 * module of Docusaurus as well: that is a fifth of a build. JavaScript, because it is what makes the rest readable.
 *
 * Before Node 20.19 a package that is an ES module (htmlparser2) cannot be required without tsx.
 */
const { readFileSync } = require('node:fs');

if (process.features.require_module) {
  const { transformSync } = require('@swc/core');
  require.extensions['.ts'] = (module, filename) => {
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      swcrc: false,
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    });
    module._compile(code, filename);
  };
  process.setSourceMapsEnabled(true);
} else require('tsx/cjs');
