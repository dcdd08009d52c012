/** The one import that a cell needs. */
export { twin } from './lab/difference';
export { experiment } from './lab/experiment';
export { histogram } from './lab/histogram';
export type { History } from './lab/history';
export { judge } from './lab/judge';
export { lifeline } from './lab/lifeline';
export { Missing } from './lab/missing';
export { Nested } from './lab/nested';
export { source } from './lab/programs';
export { Sandbox } from './lab/sandbox';
export { show } from './lab/show';
export { either } from './lab/until';
