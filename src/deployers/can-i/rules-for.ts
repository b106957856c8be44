import type { PolicyRule } from '../../api/types/index.ts';
import type { AccessQuestion } from '../../kube/client.ts';

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

function groupBy<T>(items: readonly T[], parts: (item: T) => readonly unknown[]): T[][] {
  return [...Map.groupBy(items, (item) => JSON.stringify(parts(item))).values()];
}

const resourceOf = ({ resource, subresource }: AccessQuestion): string => (subresource === undefined ? resource : `${resource}/${subresource}`);

/** The fewest rules that allow just this, whatever the namespace. */
export function rulesFor(questions: readonly AccessQuestion[]): PolicyRule[] {
  const byResource = groupBy(questions, (question) => [question.group, resourceOf(question), question.name]).map((same) => {
    const [first] = same as [AccessQuestion, ...AccessQuestion[]];
    return { group: first.group, resource: resourceOf(first), name: first.name, verbs: sorted(same.map(({ verb }) => verb)) };
  });
  const byNames = groupBy(byResource, ({ group, resource, verbs, name }) => [group, resource, verbs, name === undefined]).map((same) => {
    const [first] = same as [(typeof byResource)[number], ...typeof byResource];
    return { ...first, names: sorted(same.flatMap(({ name }) => name ?? [])) };
  });
  return groupBy(byNames, ({ group, verbs, names }) => [group, verbs, names]).map((same) => {
    const [first] = same as [(typeof byNames)[number], ...typeof byNames];
    return { apiGroups: [first.group], resources: sorted(same.map(({ resource }) => resource)), ...(first.names.length > 0 && { resourceNames: first.names }), verbs: first.verbs };
  });
}
