import type { PolicyRule } from '../../api/types/index.ts';
import { isRecord, type JsonRecord, valueAt } from '../json.ts';
import { refusal } from '../status-error.ts';
import type { User } from '../user.ts';
import type { Authorize, RouteContext } from './context.ts';
import type { RequestAttributes } from './request-attributes.ts';

export interface ReviewServices {
  readonly authorize: Authorize;
  readonly rulesOf?: ((user: User, namespace: string) => readonly PolicyRule[]) | undefined;
}

type Review = (body: JsonRecord, context: RouteContext, services: ReviewServices) => JsonRecord;

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function attributesOf(spec: unknown): RequestAttributes {
  const resource = valueAt(spec, ['resourceAttributes']);
  const other = valueAt(spec, ['nonResourceAttributes']);
  const read = (key: string): string => text(valueAt(resource, [key]));
  if (!isRecord(resource) && !isRecord(other)) throw refusal('BadRequest', 'spec: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified');
  return {
    verb: isRecord(resource) ? read('verb') : text(valueAt(other, ['verb'])),
    path: text(valueAt(other, ['path'])),
    resourceRequest: isRecord(resource),
    group: read('group'),
    version: read('version'),
    resource: read('resource'),
    subresource: read('subresource'),
    namespace: read('namespace'),
    name: read('name'),
  };
}

function accessStatus(user: User, spec: unknown, { authorize }: ReviewServices): JsonRecord {
  const answer = authorize(user, attributesOf(spec));
  return { allowed: answer.allowed, ...(!answer.allowed && answer.reason !== undefined && { reason: answer.reason }) };
}

function otherUser(spec: unknown): User {
  const groups = valueAt(spec, ['groups']);
  return { name: text(valueAt(spec, ['user'])), groups: Array.isArray(groups) ? groups.map(text) : [] };
}

function rulesStatus(rules: readonly PolicyRule[]): JsonRecord {
  return {
    resourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs === undefined),
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined).map(({ nonResourceURLs, verbs }) => ({ nonResourceURLs, verbs })),
    incomplete: false,
  };
}

const SUBJECT_REVIEW: Review = ({ spec }, _context, services) => accessStatus(otherUser(spec), spec, services);

const REVIEWS: Readonly<Record<string, Review>> = {
  'authorization.k8s.io/selfsubjectaccessreviews': ({ spec }, { user }, services) => accessStatus(user, spec, services),
  'authorization.k8s.io/subjectaccessreviews': SUBJECT_REVIEW,
  'authorization.k8s.io/localsubjectaccessreviews': SUBJECT_REVIEW,
  'authorization.k8s.io/selfsubjectrulesreviews': ({ spec }, { user }, { rulesOf }) => rulesStatus(rulesOf?.(user, text(valueAt(spec, ['namespace']))) ?? []),
  'authentication.k8s.io/selfsubjectreviews': (_body, { user }) => ({
    userInfo: { username: user.name, ...(user.uid !== undefined && { uid: user.uid }), groups: user.groups, ...(user.extra && { extra: user.extra }) },
  }),
};

function reviewOf({ group, resource, version }: RequestAttributes): Review | undefined {
  return version === 'v1' ? REVIEWS[`${group}/${resource}`] : undefined;
}

/** Whether a request is for one of the kinds that are only asked, never stored. */
export function isReview(attributes: RequestAttributes): boolean {
  return attributes.resourceRequest && reviewOf(attributes) !== undefined;
}

/** Everybody may ask about themselves, as the default roles of Kubernetes have it. */
export function isSelfReview({ resource, verb }: RequestAttributes): boolean {
  return verb === 'create' && resource.startsWith('selfsubject');
}

/** The review with its answer as status. */
export async function answerReview(context: RouteContext, services: ReviewServices): Promise<JsonRecord> {
  if (context.attributes.verb !== 'create') throw refusal('MethodNotAllowed', 'the server does not allow this method on the requested resource');
  const body = await context.readBody();
  if (!isRecord(body)) throw refusal('BadRequest', 'the body of the request must be an object');
  const status = reviewOf(context.attributes)?.(body, context, services) ?? {};
  return { ...body, metadata: { creationTimestamp: null }, status };
}
