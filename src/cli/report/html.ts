/** Text that is markup already. Only `html` and `trusted` make it, so that everything else is escaped. */
export interface Html {
  readonly markup: string;
}

/** What stands in the gaps of a template; `undefined` and `false` are nothing, of a list each part. */
export type Part = Html | string | number | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Texts come from clusters: no markup, no control characters, and nothing that turns the direction of what follows. */
function escapeHtml(text: string): string {
  // \p{Cs} is half of a surrogate pair without its other half; the ranges override the direction of writing
  return text.replaceAll(/[^\P{Cc}\n\t]|[\p{Cs}\u{FFFE}\u{FFFF}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, '\u{FFFD}').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(render).join('');
}

/** A piece of a page. Whatever is put in is escaped, in attributes too if they are quoted. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.map((text, index) => text + render(parts[index])).join('') };
}

/** Markup that others made and escaped: never a text of a cluster. */
export const trusted = (markup: string): Html => ({ markup });

/** Parts with a separator between them. */
export const joined = (parts: readonly Part[], separator: string): readonly Part[] => parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]));
