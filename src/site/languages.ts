/** The languages of the site: those that the configuration names, and no other. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unknown } from '../../scripts/lib/nearest';
import { PROJECT } from '../../scripts/lib/project';
import { refuse, SourceError } from '../../scripts/lib/source-error';

/** Throws a SourceError for a language to build that is not configured, and for a folder of translations into one that is not. */
export function checkLanguages(configured: readonly string[], building: string, folder = join(PROJECT, 'i18n')): void {
  const found = existsSync(folder) ? readdirSync(folder) : [];
  const wrong = [...new Set([building, ...found])].filter((language) => !configured.includes(language));
  refuse(
    wrong.map((language) => {
      const [problem = '', remedy] = unknown('language', language, configured).split('; ');
      return new SourceError(
        found.includes(language) ? `i18n/${language}` : 'docusaurus.config.ts',
        1,
        problem,
        remedy,
      );
    }),
  );
}

/** The file that a page is made of in a language: its translation where there is one. `file` is `docs/NAME.md` or `notebooks/NAME.md`. */
export function sourceIn(language: string, file: string): string {
  const translated = join(PROJECT, 'i18n', language, 'docusaurus-plugin-content-docs', 'current', file);
  return existsSync(translated) ? translated : join(PROJECT, file);
}
