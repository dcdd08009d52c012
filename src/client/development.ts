/** Docusaurus loads this as a client module, in the development server only. */
import { look, start } from './start';

if (typeof document !== 'undefined') start();

export function onRouteDidUpdate(): void {
  look();
}
