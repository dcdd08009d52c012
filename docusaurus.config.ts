/** The site: notes and notebooks as static pages (docs/how-it-works.md says why). `npm run build`, `npm run dev`. */
import { createRequire } from 'node:module';
import type { Options as DocsOptions } from '@docusaurus/plugin-content-docs';
import type { Config } from '@docusaurus/types';
import type * as Site from './src/site';

// Docusaurus reads this file with jiti, which does not get along with zod: what it needs is loaded by Node itself.
const load = createRequire(__filename);
load('./src/site/typescript.js');
const {
  afterDefaults,
  BESIDE,
  beforeDefaults,
  lastChange,
  pageAddress,
  pageFrontMatter,
  repository,
  site,
  SourceError,
  ssrTemplate,
} = load('./src/site') as typeof Site;

const edit = repository();

/** In the order of the cascade. */
const styles = ['base', 'code', 'frame', 'content', 'lists', 'lifelines', 'recordings', 'narrow', 'print'];

const docs: DocsOptions = {
  path: '.',
  routeBasePath: '/',
  include: ['docs/*.md', 'notebooks/*.md'],
  sidebarPath: './sidebars.ts',
  numberPrefixParser: false,
  breadcrumbs: false,
  sidebarCollapsible: true,
  editUrl: edit && (({ docPath }) => `${edit}/edit/HEAD/${docPath}`),
  showLastUpdateTime: lastChange() === 'known',
  beforeDefaultRemarkPlugins: beforeDefaults,
  remarkPlugins: afterDefaults,
};

const config: Config = {
  title: 'procnotes',
  tagline: 'Unix process notes that prove themselves',
  url: process.env.SITE_URL ?? 'http://localhost:3000',
  baseUrl: process.env.BASE_URL ?? '/',
  trailingSlash: false,
  baseUrlIssueBanner: false,
  favicon: 'favicon.svg',
  staticDirectories: ['static', BESIDE],
  titleDelimiter: '·',
  onBrokenLinks: 'throw',
  onBrokenAnchors: 'throw',
  onDuplicateRoutes: 'throw',
  markdown: {
    format: 'detect',
    parseFrontMatter: pageFrontMatter,
    hooks: {
      onBrokenMarkdownLinks: ({ sourceFilePath, node, url }) => {
        const address = pageAddress(sourceFilePath, url);
        if (address !== undefined) return address;
        throw new SourceError(
          sourceFilePath,
          node.position?.start.line ?? 1,
          `broken link "${url}"`,
          'link to a page, by its file',
        );
      },
      onBrokenMarkdownImages: ({ sourceFilePath, node, url }) => {
        throw new SourceError(
          sourceFilePath,
          node.position?.start.line ?? 1,
          `broken image "${url}"`,
          'put the file there',
        );
      },
    },
  },
  i18n: { defaultLocale: 'en', locales: ['en'] },
  storage: { type: 'localStorage', namespace: 'procnotes' },
  future: { v4: true, faster: true },
  plugins: [['@docusaurus/plugin-content-docs', docs], ['@docusaurus/plugin-content-pages', {}], site],
  themes: [['@docusaurus/theme-classic', { customCss: styles.map((name) => `./src/css/${name}.css`) }]],
  themeConfig: {
    colorMode: { respectPrefersColorScheme: true },
    image: 'social-card.png',
  },
  ssrTemplate,
};

export default config;
