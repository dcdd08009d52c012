/**
 * What a page does beyond showing itself. All of it listens at the document, so that it works the same in a static page and in
 * the development server, where React changes pages under it. Nothing that can be read depends on it.
 */

import { contents } from './contents';
import { copy } from './copy';
import { glossary } from './glossary';
import { ledger } from './ledger';
import { lifelines } from './lifeline';
import { menu } from './menu';
import { recordings } from './recording';
import { reveal } from './reveal';
import { search } from './search';
import { theme } from './theme';

/** Once for a document. */
export function start(): void {
  theme();
  menu();
  copy();
  search();
  glossary();
  reveal();
}

/** For each page that is shown. */
export function look(): void {
  ledger();
  contents();
  lifelines();
  recordings();
}
