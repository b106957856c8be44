import { IMAGE_OPTIONS } from '../../api/labels.ts';
import { HUB_NAMESPACE, MEMBER_NAMESPACE } from '../../api/names.ts';
import type { MemberConfig, UnknownObject } from '../../api/types/index.ts';
import { type ImageOptions, imageVars } from '../images.ts';
import { type ManifestGroup, renderAll, renderMember } from '../manifests.ts';
import { MAX_CREDENTIAL_SECONDS, type SourceAccount, sourceLabel } from '../mirror/source-manifests.ts';
import type { TemplateSource } from '../templates.ts';

/** Deployment of the hub; its account in each member has the same name. */
export const HUB = 'mcs-hub';

/** The policy that `--export-all` and `--export-namespaces` make; a person may change or remove it like any other. */
export const POLICY = 'mcs-hub';

/** Who the hub is in a member. */
export const MEMBER_ACCOUNT: SourceAccount = { account: HUB, namespace: MEMBER_NAMESPACE };

/** CRDs of what members share, in the hub's own cluster. */
const HUB_CRDS = ['clusters.submariner.io', 'serviceimports.multicluster.x-k8s.io'];

export interface HubRenderOptions {
  readonly version: string;
  readonly hubID: string;
  readonly images: ImageOptions;
}

/** Everything that `hub install` installs. */
export async function renderHub(source: TemplateSource, { version, hubID, images }: HubRenderOptions): Promise<ManifestGroup[]> {
  const vars = { version, namespace: HUB_NAMESPACE, hubID, logLevel: 'info', ...imageVars('mcs-hub', images, version) };
  return [
    { title: `Namespace ${HUB_NAMESPACE}`, objects: await renderAll(source, ['hub/namespace.yaml'], vars) },
    { title: 'CustomResourceDefinitions', objects: await renderAll(source, HUB_CRDS.map((name) => `crds/${name}.yaml`), vars) },
    { title: 'Hub', objects: await renderAll(source, ['hub/role.yaml', 'hub/hub.yaml'], vars) },
  ];
}

export interface HubMemberRenderOptions {
  readonly version: string;
  readonly config: MemberConfig;
  readonly hubID: string;
  readonly images: ImageOptions;
  /** Whether the API server evaluates ValidatingAdmissionPolicies. */
  readonly hasAdmissionPolicies: boolean;
}

interface Subject {
  readonly kind: string;
  readonly name: string;
}

const CONTROLLER = 'mcs-controller';

/** The rights of a controller, held by the hub's account in its place. */
function forHub(object: UnknownObject): UnknownObject {
  const { subjects } = object as { readonly subjects?: readonly Subject[] };
  if (subjects === undefined) return object;
  return { ...object, subjects: subjects.map((subject) => (subject.kind === 'ServiceAccount' && subject.name === CONTROLLER ? { ...subject, name: HUB } : subject)) };
}

/** Without a controller, it is the name server that says what it was installed with. */
function withImageOptions(object: UnknownObject, images: ImageOptions): UnknownObject {
  if (object.kind !== 'Deployment') return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [IMAGE_OPTIONS]: JSON.stringify(images) } } };
}

const isControllerAccount = ({ kind, metadata }: UnknownObject): boolean => kind === 'ServiceAccount' && metadata.name === CONTROLLER;

/** Everything that `hub join` installs in a member: what join does, without a controller, and an account with its rights. */
export async function renderHubMember(source: TemplateSource, { version, config, hubID, images, hasAdmissionPolicies }: HubMemberRenderOptions): Promise<ManifestGroup[]> {
  const groups = await renderMember(source, { version, memberNamespace: MEMBER_NAMESPACE, images, config, clusterSetID: hubID, hasCalico: false });
  const vars = { ...MEMBER_ACCOUNT, role: HUB, credential: sourceLabel(MEMBER_ACCOUNT), maxSeconds: MAX_CREDENTIAL_SECONDS, version };
  const [namespace, ...rest] = groups.filter(({ title }) => title !== 'Controller').map(({ title, objects }) => ({ title, objects: objects.filter((object) => !isControllerAccount(object)).map((object) => withImageOptions(forHub(object), images)) }));
  return [
    ...(namespace === undefined ? [] : [namespace]),
    // before anybody has rights that it limits
    ...(hasAdmissionPolicies ? [{ title: 'Admission policy', objects: await renderAll(source, ['mirror/source-policy.yaml'], vars) }] : []),
    { title: 'Account of the hub', objects: await renderAll(source, ['mirror/source-account.yaml'], vars) },
    ...rest,
  ];
}
