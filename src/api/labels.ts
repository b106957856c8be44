const PREFIX = 'mcs.clusterset.local';

/** Standard labels that other software reads too. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const MANAGED_BY_MCS = 'mcs';
export const APP_NAME = 'app.kubernetes.io/name';
/** Value of APP_NAME on everything that is installed, pods included. */
export const APP_MCS = 'mcs';
export const APP_COMPONENT = 'app.kubernetes.io/component';
export const APP_VERSION = 'app.kubernetes.io/version';
export const SERVICE_NAME = 'kubernetes.io/service-name';
export const SLICE_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
/** Value of SLICE_MANAGED_BY on slices that the controller writes. */
export const SLICE_MANAGER = `controller.${PREFIX}`;

/** Value of SLICE_MANAGED_BY on slices that a mirror writes. */
export const MIRROR_SLICE_MANAGER = `mirror.${PREFIX}`;
/** Label of Endpoints, with "true": Kubernetes makes no EndpointSlices of them. */
export const SKIP_SLICE_MIRRORING = 'endpointslice.kubernetes.io/skip-mirror';

/** Annotation that `kubectl apply` writes: the object again, often as long as the rest of it. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Labels of the MCS API (KEP-1645) on every multi-cluster EndpointSlice. */
export const MCS_SERVICE_NAME = 'multicluster.kubernetes.io/service-name';
export const MCS_SOURCE_CLUSTER = 'multicluster.kubernetes.io/source-cluster';
/** Labels of the MCS API's CRDs, which installers compare. */
export const CRD_RELEASE = 'multicluster.x-k8s.io/release-version';
export const CRD_REVISION = 'multicluster.x-k8s.io/crd-schema-revision';
/** Annotation of a ServiceImport: name of the Service that carries its clusterset IP. */
export const DERIVED_SERVICE = 'multicluster.kubernetes.io/derived-service';

/** Annotation of a Deployment: the image flags that it was installed with, JSON. */
export const IMAGE_OPTIONS = `${PREFIX}/image-options`;

/** Ownership tag (design section 3): which part wrote the object, from which cluster and object. */
export const OWNER = `${PREFIX}/owner`;
export const ORIGIN_CLUSTER = `${PREFIX}/origin-cluster`;
export const ORIGIN_UID = `${PREFIX}/origin-uid`;
/** True names where a label or an object name had to be shortened. */
export const ORIGIN_NAME = `${PREFIX}/origin-name`;
export const ORIGIN_NAMESPACE = `${PREFIX}/origin-namespace`;

/** Annotation of a ServiceExport: `all`, `local` or `failover=a,b` (design section 5). */
export const PLACEMENT_POLICY = `${PREFIX}/policy-placement`;
/** Annotation of an aggregated ServiceImport: the exporter whose fields won. */
export const WINNER = `${PREFIX}/winner`;
/** Label of objects that belong to one join token. */
export const JOIN_TOKEN_ID = `${PREFIX}/join-token-id`;
/** Annotation of a member's Cluster on the broker: the public key that may change it, Ed25519 SPKI DER in base64. */
export const IDENTITY_KEY = `${PREFIX}/identity-key`;
/**
 * Annotation that a leaving member puts on its own Lease on the broker, with the time. The desk then
 * removes all that is the member's, its rights first: from then on the member gets 401 or 403.
 */
export const LEAVING = `${PREFIX}/leaving`;
/** Label of broker objects: the member that they belong to. */
export const MEMBER = `${PREFIX}/member`;
/** Annotation of nodes that join labelled as gateways, so that leave removes only its own labels. */
export const GATEWAY_LABELLED = `${PREFIX}/gateway-labelled`;

/** Names that users' scripts know from Submariner. */
export const GATEWAY_NODE = 'submariner.io/gateway';
export const SUBMARINER_CLUSTER_ID = 'submariner-io/clusterID';
export const SUBMARINER_ORIGINATING_NAMESPACE = 'submariner-io/originatingNamespace';
export const LIGHTHOUSE_SOURCE_NAME = 'lighthouse.submariner.io/sourceName';
export const LIGHTHOUSE_SOURCE_NAMESPACE = 'lighthouse.submariner.io/sourceNamespace';
export const LIGHTHOUSE_SOURCE_CLUSTER = 'lighthouse.submariner.io/sourceCluster';
export const SUBMARINER_ORIGIN_NAME = 'origin-name';
export const SUBMARINER_ORIGIN_NAMESPACE = 'origin-namespace';
export const SUBMARINER_CLUSTER_IP = 'cluster-ip';

/** Annotations (labels in its first versions) of service-reflector: "true" on what it made, and its source's address. */
export const REFLECTED = 'service-reflector.squat.ai/reflected';
export const REFLECTED_SOURCE = 'service-reflector.squat.ai/source';
/** Label of k8-cross-cluster-controller: "true" on what it copies, "follower" on its copies. */
export const CROSS_CLUSTER = 'fair.com/cross-cluster';
export const CROSS_CLUSTER_FOLLOWER = 'follower';

/** Annotations of a member's ServiceImport on the broker: what its ServiceExport exports, as JSON objects. */
export const EXPORTED_LABELS = `${PREFIX}/exported-labels`;
export const EXPORTED_ANNOTATIONS = `${PREFIX}/exported-annotations`;
/** Annotation of an aggregated ServiceImport: the clusters whose endpoints are withdrawn because they are silent. */
export const WITHDRAWN_CLUSTERS = `${PREFIX}/withdrawn-clusters`;
/** Annotation of a copy: label and annotation keys that it has from its source, as JSON. */
export const APPLIED_KEYS = `${PREFIX}/applied-keys`;
/** Annotation of the ConfigMap kube-system/kube-dns: the address that we wrote into its stubDomains. */
export const STUB_DOMAIN = `${PREFIX}/stub-domain`;
/** The same for the suffixes of gateway names. */
export const GATEWAY_STUB_DOMAINS = `${PREFIX}/gateway-stub-domains`;
/** Annotation of a ConfigMap with a Corefile: how that ended before the block for gateway names was put behind it, in JSON. */
export const DNS_TEXT_END = `${PREFIX}/dns-text-end`;
/** Annotation of the pods of the cluster's own DNS: a changed one has kubelet refresh their volumes at once. */
export const DNS_CONFIG_HASH = `${PREFIX}/dns-config-hash`;
/** Label of the test servers of `mcs verify`: the service that they stand behind. */
export const VERIFY_SERVERS = `${PREFIX}/verify-servers`;
/** Label of what belongs to one installation of a mirror: its name. */
export const MIRROR_NAME = `${PREFIX}/mirror`;
/** Label of the rights that a mirror, or a hub of gateway-dns, has in another cluster: the ServiceAccount that holds them. */
export const MIRROR_CREDENTIAL = `${PREFIX}/mirror-credential`;

/** Annotations of a slice with the addresses of a gateway: its name in the DNS, and the GatewayDNS (`namespace/name`) that it is for. */
export const GATEWAY_DNS_HOSTNAME = 'connectivity.tanzu.vmware.com/dns-hostname';
export const GATEWAY_DNS_REF = 'connectivity.tanzu.vmware.com/gateway-dns-ref';
/** Annotation of such a slice: life of its records, s. */
export const DNS_TTL = `${PREFIX}/dns-ttl`;
/** Value of SLICE_MANAGED_BY on slices with the addresses of gateways. */
export const GATEWAY_SLICE_MANAGER = `gateway-dns.${PREFIX}`;

/** Labels of a Secret with the kubeconfig (key `value`) of a cluster that a hub knows: the cluster's name, and the namespace that it counts to. */
export const FLEET_CLUSTER = `${PREFIX}/cluster`;
export const FLEET_NAMESPACE = `${PREFIX}/cluster-namespace`;
/** Label of such a Secret, and annotation of pods: changes with every change of their configuration. */
export const CONFIG_HASH = `${PREFIX}/config-hash`;

/** Label of a ServiceExport: the ServiceExportPolicy that made it. */
export const EXPORT_POLICY = `${PREFIX}/policy`;
/** Annotation of a Service, with "false": no policy exports it. */
export const EXPORT_WISH = `${PREFIX}/export`;
/** Label of the Services and slices that reflect a shared service of one cluster as names of cluster.local: the shared service. */
export const REFLECTED_SERVICE = `${PREFIX}/reflected-service`;
/** Value of SLICE_MANAGED_BY on those slices. */
export const REFLECTION_SLICE_MANAGER = `reflection.${PREFIX}`;
