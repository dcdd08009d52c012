/** What turns a note or a notebook into a page, in its order. */
import { claims } from './claims';
import { code } from './code';
import { glossary } from './glossary';
import { ledger } from './ledger';
import { questions } from './questions';
import { rawText } from './raw-text';
import { recipe } from './recipe';
import { recorded } from './recorded';
import { verdictLinks } from './verdict-links';

/** Before Docusaurus's own, which would drop or report what these keep. */
export const beforeDefaults = [rawText];

export const afterDefaults = [verdictLinks, questions, ledger, recorded, glossary, claims, recipe, code];
