/** What the configuration of the site is made of. */
export { notebookNames } from '../../scripts/lib/project';
export { SourceError } from '../../scripts/lib/source-error';
export { afterDefaults, beforeDefaults } from '../remark';
export { BESIDE } from './beside';
export { pageFrontMatter } from './front-matter';
export { lastChange, repository } from './git';
export { pageAddress } from './links';
export { noteGroups } from './note-groups';
export { site } from './plugin';
export { ssrTemplate } from './template';
