/** Recorded HTML and SVG comes from a file that anybody may have edited: only what can do nothing gets into a page. */
import sanitizeHtml from 'sanitize-html';

const svg =
  `svg g defs title desc path line polyline polygon rect circle ellipse text tspan marker pattern clipPath use symbol
linearGradient stop`
    .trim()
    .split(/\s+/);

const drawing =
  `id class role viewBox width height x y x1 y1 x2 y2 cx cy r rx ry d points dx dy transform fill fill-opacity
fill-rule stroke stroke-width stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity opacity font-size font-family
font-weight font-style text-anchor dominant-baseline marker-start marker-mid marker-end markerWidth markerHeight markerUnits
refX refY orient patternUnits patternTransform patternContentUnits clip-path offset stop-color stop-opacity
preserveAspectRatio paint-order vector-effect xml:space text-rendering aria-labelledby aria-describedby aria-label aria-hidden
data-* xmlns`
    .trim()
    .split(/\s+/);

const elements =
  `p div span pre code em strong b i small sub sup br hr ul ol li dl dt dd table caption thead tbody tfoot tr th td
details summary figure figcaption blockquote h3 h4 h5 h6 kbd samp a`
    .trim()
    .split(/\s+/);

/** Scripts, styles, event handlers and anything from elsewhere are left out; `url(#…)` and `href="#…"` stay. */
export function sanitise(html: string): string {
  return sanitizeHtml(html, {
    allowedTags: [...elements, ...svg],
    allowedAttributes: {
      '*': ['id', 'class', 'role', 'title', 'lang', 'aria-label', 'aria-hidden'],
      a: ['href'],
      pre: ['tabindex'],
      th: ['align', 'scope', 'colspan', 'rowspan'],
      td: ['align', 'colspan', 'rowspan'],
      use: ['href'],
      ...Object.fromEntries(svg.map((name) => [name, name === 'use' ? [...drawing, 'href'] : drawing])),
    },
    allowedSchemes: ['http', 'https'],
    allowProtocolRelative: false,
    parser: { lowerCaseTags: false, lowerCaseAttributeNames: false },
    exclusiveFilter: ({ tag, attribs }) => tag === 'use' && !(attribs.href ?? '').startsWith('#'),
    transformTags: {
      '*': (tagName, attribs) => ({ tagName, attribs: withoutOutsideUrls(attribs) }),
      // What scrolls has to be reachable with the keyboard.
      pre: (tagName) => ({ tagName, attribs: { tabindex: '0' } }),
    },
  });
}

function withoutOutsideUrls(attributes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => !/url\(\s*['"]?(?!#)/i.test(value)));
}
