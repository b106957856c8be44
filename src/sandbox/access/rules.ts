import type { PolicyRule } from '../../api/types/index.ts';

/** What a request for a resource asks to do. Empty or absent: every namespace, every name, no subresource. */
export interface ResourceAccess {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** What a request for a path outside the resources asks to do. */
export interface PathAccess {
  readonly verb: string;
  readonly path: string;
}

const allows = (list: readonly string[] | undefined, value: string): boolean => list?.some((each) => each === '*' || each === value) ?? false;

/** A plain `pods` says nothing about `pods/log`; `*` covers all subresources too, as in Kubernetes. */
function allowsResource(list: readonly string[] | undefined, resource: string, subresource?: string): boolean {
  if (subresource === undefined || subresource === '') return allows(list, resource);
  return allows(list, `${resource}/${subresource}`) || (list?.includes(`*/${subresource}`) ?? false);
}

function allowsName(list: readonly string[] | undefined, name: string | undefined): boolean {
  if (list === undefined || list.length === 0) return true;
  return name !== undefined && list.includes(name);
}

/** Whether one rule allows a request for a resource. */
export function ruleAllows(rule: PolicyRule, access: ResourceAccess): boolean {
  return (
    allows(rule.verbs, access.verb) &&
    allows(rule.apiGroups, access.group) &&
    allowsResource(rule.resources, access.resource, access.subresource) &&
    allowsName(rule.resourceNames, access.name)
  );
}

/** Whether one rule allows a path; only a whole last segment may be `*`. */
export function ruleAllowsPath(rule: PolicyRule, { verb, path }: PathAccess): boolean {
  const matches = (pattern: string): boolean => pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));
  return allows(rule.verbs, verb) && (rule.nonResourceURLs?.some(matches) ?? false);
}

/** One verb on one resource (or path), which is what two sets of rules can be compared by. */
function atomsOf(rule: PolicyRule): PolicyRule[] {
  const paths = (rule.nonResourceURLs ?? []).flatMap((url) => rule.verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })));
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => [name]) : [undefined];
  const atoms = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((resourceNames) => ({ verbs: [verb], apiGroups: [group], resources: [resource], ...(resourceNames && { resourceNames }) })),
      ),
    ),
  );
  return [...paths, ...atoms];
}

function atomCovered(atom: PolicyRule, by: PolicyRule): boolean {
  const [verb = ''] = atom.verbs;
  const [url] = atom.nonResourceURLs ?? [];
  if (url !== undefined) return ruleAllowsPath(by, { verb, path: url });
  const [resource = '', subresource] = (atom.resources?.[0] ?? '').split('/');
  // a rule without names covers all of them; one with names covers only the same name
  return ruleAllows(by, { verb, group: atom.apiGroups?.[0] ?? '', resource, subresource, name: atom.resourceNames?.[0] });
}

/** The part of `wanted` that `held` does not cover; empty if whoever holds `held` may grant `wanted`. */
export function uncoveredRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[] | undefined): readonly PolicyRule[] {
  return (wanted ?? []).flatMap(atomsOf).filter((atom) => !held.some((rule) => atomCovered(atom, rule)));
}
