/** The part of the site that Docusaurus does not have: what pages are made of beside their own file, and what becomes of them. */
import { join } from 'node:path';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { PROJECT } from '../../scripts/lib/project';
import { BESIDE, putBeside } from './beside';
import { type Content, contentFiles, loadContent } from './content';
import { finish } from './finish';
import { homeData } from './home';
import { checkLanguages } from './languages';

/** Before the first paint: what needs our script is shown only where scripts run. */
const early = "document.documentElement.dataset.script='yes'";

/** As much as is needed of what Docusaurus bundles with; its types are webpack's. */
type Rspack = Record<'SwcJsMinimizerRspackPlugin', new () => object>;

export function site({ siteConfig, siteDir, baseUrl, i18n }: LoadContext): Plugin<unknown> {
  const development = process.env.NODE_ENV === 'development';
  return {
    name: 'procnotes-site',
    /** Says what is wrong with notes and records before anything is built of them. */
    loadContent() {
      checkLanguages(siteConfig.i18n.locales, i18n.currentLocale);
      return loadContent();
    },
    async contentLoaded({ content, actions: { addRoute, createData } }) {
      putBeside(join(siteDir, BESIDE), (content as Content).files);
      const home = await createData('home.json', homeData(content as Content));
      addRoute({ path: baseUrl, exact: true, component: join(PROJECT, 'src/components/Home.tsx'), modules: { home } });
    },
    getPathsToWatch: () =>
      ['notebooks/*.ipynb', 'notebooks/claims/*.ts', 'docs/recordings/*.cast'].map((files) => join(PROJECT, files)),
    getClientModules: () => (development ? [join(PROJECT, 'src/client/development.ts')] : []),
    injectHtmlTags: () => ({ headTags: [{ tagName: 'script', innerHTML: early }] }),
    configureWebpack({ optimization }, _isServer, { currentBundler }) {
      const { SwcJsMinimizerRspackPlugin: Scripts } = currentBundler.instance as unknown as Rspack;
      return {
        // React's scripts are sent to nobody (finish.ts): they need not be small. The style sheet is.
        mergeStrategy: { 'optimization.minimizer': 'replace' },
        optimization: { minimizer: optimization?.minimizer?.filter((one) => !(one instanceof Scripts)) },
        // Infima, the style sheet of Docusaurus's theme, is left out: src/css stands for itself.
        resolve: { alias: { [require.resolve('infima/dist/css/default/default.css')]: false } },
        module: {
          rules: [
            {
              test: /\.md$/,
              enforce: 'pre',
              use: [{ loader: join(PROJECT, 'src/site/depend.js'), options: { files: contentFiles() } }],
            },
          ],
        },
      };
    },
    postBuild: ({ outDir }) => finish({ outDir, url: siteConfig.url, baseUrl, locale: i18n.currentLocale }),
  };
}
