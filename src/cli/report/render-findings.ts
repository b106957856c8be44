import { curesOf, titleOf } from '../present-diagnose.ts';
import { causeKey, type Dependent, type Finding, MAX_FINDINGS } from './findings.ts';
import { type Html, html } from './html.ts';
import { listSome } from './words.ts';

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

interface FindingContext {
  readonly word: 'Failed' | 'Warning';
  readonly className: 'fail' | 'warn';
  readonly dependents: ReadonlyMap<string, readonly Dependent[]>;
  /** Checks that have their page on this one. */
  readonly explained: ReadonlySet<string>;
}

function renderFinding({ anchor, cluster, check }: Finding, { className, dependents, explained, word }: FindingContext): Html {
  const { evidence, id } = check;
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

/** Root causes: what was seen, what mends it, and what means nothing until then. */
export function renderFaults(faults: readonly Finding[], dependents: ReadonlyMap<string, readonly Dependent[]>, explained: ReadonlySet<string>): Html | false {
  if (faults.length === 0) return false;
  const seen = new Set<string>();
  const shown = faults.slice(0, MAX_FINDINGS).map((fault) => {
    // failures of one check for several pairs have the same dependents: they stand under the first
    const key = causeKey(fault.cluster, fault.check.id);
    const isFirst = !seen.has(key);
    seen.add(key);
    return renderFinding(fault, { word: 'Failed', className: 'fail', dependents: isFirst ? dependents : new Map(), explained });
  });
  return html`<section id="faults" aria-labelledby="faults-title"><h2 id="faults-title">Faults <span class="quiet">and what they hide</span></h2><div>${shown}${renderRest(faults)}</div></section>
`;
}

export function renderWarnings(warnings: readonly Finding[], explained: ReadonlySet<string>): Html | false {
  if (warnings.length === 0) return false;
  const shown = warnings.slice(0, MAX_FINDINGS).map((warning) => renderFinding(warning, { word: 'Warning', className: 'warn', dependents: new Map(), explained }));
  return html`<section id="warnings" aria-labelledby="warnings-title"><h2 id="warnings-title">Warnings</h2><div>${shown}${renderRest(warnings)}</div></section>
`;
}

function renderRest({ length }: readonly Finding[]): Html | false {
  return length > MAX_FINDINGS && html`<p class="more">${length - MAX_FINDINGS} more are in the lists of the <a href="#checks">clusters</a>.</p>`;
}
