/** Where pages and places in them are found: addresses within the site, without its base path. */

/** Of a note: `docs/killing-httpd.md` stands at `/killing-httpd`. */
export const noteAddress = (file: string): string => {
  const name = file.replace(/^docs\//, '').replace(/\.md$/, '');
  return name === 'index' ? '/notes' : `/${name}`;
};

export const notebookAddress = (name: string): string => `/notebooks/${name}`;

/** Of a claim, in its note and in the ledger. */
export const claimAnchor = (id: string): string => id.replace('.', '-');

export const cellAnchor = (cell: string): string => `cell-${cell}`;

/** Of what was seen in one arm, on its notebook's page; arms are named in words. */
export const armAnchor = (arm: string): string => `arm-${slug(arm)}`;

export const observationAnchor = (arm: string, n: number): string => `${armAnchor(arm)}-${n}`;

export const termAnchor = (term: string): string => `term-${slug(term)}`;

export function slug(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

export const recipeAnchor = (id: string): string => `recipe-${id}`;

/** Of a recipe as a script. */
export const scriptAddress = (id: string): string => `/recipes/${id}.sh`;

/** Of what belongs to a recording. */
export const recordingAddress = (file: string): string => `/recordings/${file}`;
