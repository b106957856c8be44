import { curesOf, titleOf } from '../present-diagnose.ts';
import { causeKey, type Dependent, type Dependents, type Finding, MAX_FINDINGS } from './findings.ts';
import { type Html, html } from './html.ts';
import { formatNumber, listSome } from './words.ts';

const MAX_PLACES = 6;

/** Most cures are commands; a sentence begins with a capital. */
function renderCure(cure: string): Html {
  return /^[A-Z]/.test(cure) ? html`<li>${cure}</li>` : html`<li><code>${cure}</code></li>`;
}

function renderCures(cures: readonly string[]): Html | false {
  return cures.length > 0 && html`<h4>To mend it</h4><ul class="commands">${cures.map(renderCure)}</ul>`;
}

function renderBranch({ id, title, where }: Dependent): Html {
  return html`<li><code>${id}</code> ${title} <span class="quiet">${listSome(where, MAX_PLACES)}</span></li>`;
}

function renderDependents(dependents: readonly Dependent[]): Html | false {
  return dependents.length > 0 && html`<h4>Not known until then</h4><ul class="branches">${dependents.map(renderBranch)}</ul>`;
}

/** How one is shown that failed, and how a warning. */
const KINDS = { faults: { className: 'fail', word: 'Failed' }, warnings: { className: 'warn', word: 'Warning' } } as const;
type Kind = keyof typeof KINDS;

/** What findings are shown with. */
export interface FindingContext {
  readonly dependents: Dependents;
  /** Checks that have their page on this one. */
  readonly explained: ReadonlySet<string>;
}

function renderFinding(kind: Kind, { anchor, cluster, check }: Finding, { dependents, explained }: FindingContext): Html {
  const { evidence, id } = check;
  const { className, word } = KINDS[kind];
  return html`<article class="finding ${className}" id="${anchor}" aria-labelledby="${anchor}-title">
<p class="tag"><b class="word">${word}</b> <span>${cluster}</span> <code>${id}</code></p>
<h3 id="${anchor}-title">${titleOf(check)}</h3>
<ul class="evidence">${evidence.map((line) => html`<li>${line}</li>`)}</ul>
${renderCures(curesOf(check))}
${renderDependents(dependents.get(causeKey(cluster, id)) ?? [])}
${explained.has(id) && html`<p class="more"><a href="#about-${id}">What ${id} looks at, and what to do</a></p>`}
</article>
`;
}

function renderAll(kind: Kind, heading: Html, findings: readonly Finding[], context: FindingContext): Html | false {
  if (findings.length === 0) return false;
  const seen = new Set<string>();
  const shown = findings.slice(0, MAX_FINDINGS).map((finding) => {
    // those of one check for several pairs have the same dependents, which stand under the first
    const key = causeKey(finding.cluster, finding.check.id);
    const isFirst = !seen.has(key);
    seen.add(key);
    return renderFinding(kind, finding, isFirst ? context : { ...context, dependents: new Map() });
  });
  return html`<section id="${kind}" aria-labelledby="${kind}-title"><h2 id="${kind}-title">${heading}</h2><div>${shown}${renderRest(findings)}</div></section>
`;
}

function renderRest({ length }: readonly Finding[]): Html | false {
  return length > MAX_FINDINGS && html`<p class="more">${formatNumber(length - MAX_FINDINGS)} more are in the lists of the <a href="#checks">clusters</a>.</p>`;
}

/** What failed and nothing else explains: what was seen, what mends it, and what means nothing until then. */
export function renderFaults(faults: readonly Finding[], context: FindingContext): Html | false {
  return renderAll('faults', html`Faults <span class="quiet">and what they hide</span>`, faults, context);
}

export function renderWarnings(warnings: readonly Finding[], context: FindingContext): Html | false {
  return renderAll('warnings', html`Warnings`, warnings, context);
}
