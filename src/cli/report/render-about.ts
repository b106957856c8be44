import { type Html, html } from './html.ts';

const EXAMPLE = '## Example';

/** Code in backticks; links show their text only, since they lead to files beside the page in docs/checks. */
function renderInline(text: string): readonly Html[] {
  const plain = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return plain.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

/** Sections of a page of docs/checks: its head, the example, what to do. The page of the report has an example of its own. */
function sectionsOf(markdown: string): readonly string[] {
  return markdown.split(/\n(?=## )/).filter((section) => !section.startsWith(EXAMPLE));
}

function renderBlock(block: string): Html {
  const heading = /^## (.*)$/.exec(block)?.[1];
  if (heading !== undefined) return html`<h4>${heading}</h4>`;
  return block.startsWith('```') ? html`<pre>${block.replaceAll(/^```\w*\n|\n```$/g, '')}</pre>` : html`<p>${renderInline(block)}</p>`;
}

function renderPage(id: string, markdown: string): Html {
  const [title = id, ...blocks] = sectionsOf(markdown).flatMap((section) => section.split(/\n{2,}/)).map((block) => block.trim()).filter((block) => block !== '');
  return html`<article class="about" id="about-${id}" aria-labelledby="about-${id}-title"><h3 id="about-${id}-title">${title.replace(/^# /, '')}</h3>${blocks.map(renderBlock)}</article>
`;
}

/** What docs/checks says of the checks that found something, so that nobody has to look elsewhere. */
export function renderAbout(checkPages: ReadonlyMap<string, string>): Html | false {
  if (checkPages.size === 0) return false;
  const sorted = [...checkPages].toSorted(([one], [other]) => one.localeCompare(other));
  return html`<section id="about" aria-labelledby="about-title"><h2 id="about-title">About <span class="quiet">what was found</span></h2><div>${sorted.map(([id, markdown]) => renderPage(id, markdown))}</div></section>
`;
}
